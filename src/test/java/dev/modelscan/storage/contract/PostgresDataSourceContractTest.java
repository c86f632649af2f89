package dev.modelscan.storage.contract;

import org.junit.jupiter.api.Nested;

/** Suites over connections of the application. */
class PostgresDataSourceContractTest {

    /** What all suites run on. */
    TestEngine engine() {
        return new PostgresDataSource();
    }

    @Nested
    class Agents extends AgentRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class Tasks extends TaskRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class Messages extends MessageRepositoryContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class FullText extends SearchContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class Transactions extends TransactionContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class CallersConnections extends CallersConnectionContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class BadInput extends BadInputContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class Rejections extends RejectionContract {
        @Override
        TestEngine engine() {
            return new PostgresDataSource();
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }

    @Nested
    class Cancellation extends CancellationContract {
        @Override
        TestEngine engine() {
            return PostgresDataSourceContractTest.this.engine();
        }
    }
}
