package dev.modelscan.storage.contract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * The suites in which SQLite in memory could differ from a file: locks, and how its own file system stores
 * values.
 */
class SqliteMemoryContractTest {

    @Nested
    class Messages extends MessageRepositoryContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Doctor extends DoctorContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Retention extends RetentionContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Blobs extends BlobRepositoryContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Parts extends MessagePartsContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Branches extends BranchContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Audit extends AuditContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class FullText extends SearchContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Transactions extends TransactionContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class BadInput extends BadInputContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Rejections extends RejectionContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Cancellation extends CancellationContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class TwentyQuestions extends TwentyQuestionsContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class OutOfStack extends OutOfStackContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class CallersCommits extends CallersCommitContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class RefusedRows extends RefusedRowContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class OwnMigrations extends OwnMigrationsContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
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
        @Disabled("In memory readers wait for the writer inside SQLite, and keep its carrier thread meanwhile.")
        void threadsThatReadAndWriteDisturbNobody() {}

        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }

    @Nested
    class Listeners extends ListenerContract {
        @Override
        TestEngine engine() {
            return new SqliteMemory();
        }
    }
}
