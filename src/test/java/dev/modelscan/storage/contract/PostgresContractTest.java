package dev.modelscan.storage.contract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** All suites on a PostgreSQL server. */
class PostgresContractTest implements EngineClass {

    /** What all suites run on. */
    @Override
    public TestEngine engine() {
        return new Postgres();
    }

    @Nested
    class Agents extends AgentRepositoryContract {}

    @Nested
    class Doctor extends DoctorContract {}

    @Nested
    class Retention extends RetentionContract {}

    @Nested
    class Workflows extends WorkflowRepositoryContract {}

    @Nested
    class Tasks extends TaskRepositoryContract {}

    @Nested
    class Messages extends MessageRepositoryContract {}

    @Nested
    class Teams extends TeamRepositoryContract {}

    @Nested
    class ToolExecutions extends ToolExecutionRepositoryContract {}

    @Nested
    class Sources extends SourceRepositoryContract {}

    @Nested
    class ModelCalls extends ModelCallRepositoryContract {}

    @Nested
    class Scores extends ScoreRepositoryContract {}

    @Nested
    class ModelCosts extends ModelCostsContract {}

    @Nested
    class Histories extends HistoryContract {}

    @Nested
    class Origins extends OriginContract {}

    @Nested
    class Blobs extends BlobRepositoryContract {}

    @Nested
    class Parts extends MessagePartsContract {}

    @Nested
    class Branches extends BranchContract {}

    @Nested
    class Audit extends AuditContract {}

    @Nested
    class FullText extends SearchContract {}

    @Nested
    class Transactions extends TransactionContract {}

    @Nested
    class CallersConnections extends CallersConnectionContract {}

    @Nested
    class BadInput extends BadInputContract {}

    @Nested
    class Rejections extends RejectionContract {}

    @Nested
    class Erasures extends ErasureContract {}

    @Nested
    class ErasuresOfHistory extends ErasureOfHistoryContract {}

    @Nested
    class ErasuresBesideOthers extends ErasureBesideOthersContract {}

    @Nested
    class DeletedRecords extends DeletedRecordsContract {}

    @Nested
    class Deletes extends DeleteContract {}

    @Nested
    class Concurrency extends ConcurrencyContract {}

    @Nested
    class Times extends TimeContract {}

    @Nested
    class Cancellation extends CancellationContract {}

    @Nested
    class Streams extends StreamContract {}

    @Nested
    class Questions extends QuestionsContract {}

    @Nested
    class TwentyQuestions extends TwentyQuestionsContract {}

    @Nested
    class StoredQueries extends StoredQueryContract {}

    @Nested
    class NaturalKeys extends NaturalKeyContract {}

    @Nested
    class MappedTables extends MappedTableContract {}

    @Nested
    class FilteredLists extends FilteredListContract {}

    @Nested
    class ReadOnly extends ReadOnlyContract {}

    @Nested
    class Closed extends ClosedContract {}

    @Nested
    class OutOfStack extends OutOfStackContract {}

    @Nested
    class CallersCommits extends CallersCommitContract {}

    @Nested
    class RefusedRows extends RefusedRowContract {}

    @Nested
    class OwnMigrations extends OwnMigrationsContract {}

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
    }

    @Nested
    class Listeners extends ListenerContract {}

    @Nested
    class Metrics extends MetricsContract {}
}
