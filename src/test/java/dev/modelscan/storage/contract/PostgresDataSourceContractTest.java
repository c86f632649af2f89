package dev.modelscan.storage.contract;

import org.junit.jupiter.api.Nested;

/** Suites over connections of the application. */
class PostgresDataSourceContractTest implements EngineClass {

    /** What all suites run on. */
    @Override
    public TestEngine engine() {
        return new PostgresDataSource();
    }

    @Nested
    class Agents extends AgentRepositoryContract {}

    @Nested
    class Tasks extends TaskRepositoryContract {}

    @Nested
    class Messages extends MessageRepositoryContract {}

    @Nested
    class FullText extends SearchContract {}

    @Nested
    class Transactions extends TransactionContract {}

    @Nested
    class CallersConnections extends CallersConnectionContract {}

    @Nested
    class BadInput extends BadInputContract {}

    @Nested
    class Rejections extends RejectionContract {
        @Override
        TestEngine engine() {
            return new PostgresDataSource();
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {}

    @Nested
    class Cancellation extends CancellationContract {}
}
