package dev.modelscan.storage.contract;

import org.junit.jupiter.api.Nested;

/** The suites in which SQLite in memory could differ from a file: locks, and what its own file system does to values. */
class SqliteMemoryContractTest {

    @Nested
    class Messages extends MessageRepositoryContract {
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
}
