package dev.modelscan.storage.contract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** All suites on a PostgreSQL server. */
class PostgresContractTest {

    /** What all suites run on. */
    TestEngine engine() {
        return new Postgres();
    }

    @Nested
    class Agents extends AgentRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Doctor extends DoctorContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Retention extends RetentionContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Workflows extends WorkflowRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Tasks extends TaskRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Messages extends MessageRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Teams extends TeamRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class ToolExecutions extends ToolExecutionRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Sources extends SourceRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class ModelCalls extends ModelCallRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Scores extends ScoreRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class ModelCosts extends ModelCostsContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Origins extends OriginContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Blobs extends BlobRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Parts extends MessagePartsContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Branches extends BranchContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Audit extends AuditContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class FullText extends SearchContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Transactions extends TransactionContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class CallersConnections extends CallersConnectionContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class BadInput extends BadInputContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Rejections extends RejectionContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class Erasures extends ErasureContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class DeletedRecords extends DeletedRecordsContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Deletes extends DeleteContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Times extends TimeContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Cancellation extends CancellationContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Streams extends StreamContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class Questions extends QuestionsContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class TwentyQuestions extends TwentyQuestionsContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class StoredQueries extends StoredQueryContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class NaturalKeys extends NaturalKeyContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class MappedTables extends MappedTableContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class FilteredLists extends FilteredListContract {
        @Override
        TestEngine engine() {
            return PostgresContractTest.this.engine();
        }
    }

    @Nested
    class ReadOnly extends ReadOnlyContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class OutOfStack extends OutOfStackContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class CallersCommits extends CallersCommitContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class RefusedRows extends RefusedRowContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class OwnMigrations extends OwnMigrationsContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    @EnabledForJreRange(min = JRE.JAVA_21)
    class ConcurrencyOfVirtualThreads extends ConcurrencyContract {
        @BeforeEach
        void virtualThreads() {
            Workers.useVirtualThreads(true);
        }

        @AfterEach
        void platformThreads() {
            Workers.useVirtualThreads(false);
        }

        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class Listeners extends ListenerContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }

    @Nested
    class Metrics extends MetricsContract {
        @Override
        TestEngine engine() {
            return new Postgres();
        }
    }
}
