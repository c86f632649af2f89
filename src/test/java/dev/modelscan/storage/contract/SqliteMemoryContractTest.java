package dev.modelscan.storage.contract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * The suites in which SQLite in memory could differ most from a file: locks, and how its own file system stores
 * values. {@code .ci/long} runs more.
 */
class SqliteMemoryContractTest implements EngineClass {

    @Override
    public TestEngine engine() {
        return new SqliteMemory();
    }

    @Nested
    class Doctor extends DoctorContract {}

    @Nested
    class Retention extends RetentionContract {}

    @Nested
    class Blobs extends BlobRepositoryContract {}

    @Nested
    class Transactions extends TransactionContract {}

    @Nested
    class Concurrency extends ConcurrencyContract {}

    @Nested
    class Cancellation extends CancellationContract {}

    @Nested
    class Closed extends ClosedContract {}

    @Nested
    class OutOfStack extends OutOfStackContract {}

    @Nested
    class CallersCommits extends CallersCommitContract {}

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

        @Override
        @Disabled("In memory readers wait for the writer inside SQLite, and keep its carrier thread meanwhile.")
        void threadsThatReadAndWriteDisturbNobody() {}
    }

    @Nested
    class Listeners extends ListenerContract {}
}
