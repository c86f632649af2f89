package dev.modelscan.storage.contract;

import org.junit.jupiter.api.Nested;

/**
 * Suites over connections of the application: those for which it matters whose connections they are. {@code .ci/long} runs
 * more.
 */
class PostgresDataSourceContractTest implements EngineClass {

    /** What all suites run on. */
    @Override
    public TestEngine engine() {
        return new PostgresDataSource();
    }

    @Nested
    class Messages extends MessageRepositoryContract {}

    @Nested
    class Transactions extends TransactionContract {}

    @Nested
    class CallersConnections extends CallersConnectionContract {}

    @Nested
    class Rejections extends RejectionContract {}

    @Nested
    class Concurrency extends ConcurrencyContract {}

    @Nested
    class Cancellation extends CancellationContract {}
}
