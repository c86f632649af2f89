package dev.modelscan.storage.contract;

import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;
import org.junit.jupiter.api.Nested;

/**
 * Suites behind a pooler that gives each transaction one of a few sessions: those for which sessions, settings and locks
 * matter most. {@code .ci/long} runs all of them.
 */
class PgBouncerTransactionContractTest implements EngineClass {

    @Override
    public TestEngine engine() {
        return new Postgres("PgBouncer by transaction", PgBouncer.url(Mode.TRANSACTION, 12));
    }

    @Nested
    class Messages extends MessageRepositoryContract {}

    @Nested
    class Transactions extends TransactionContract {}

    @Nested
    class CallersConnections extends CallersConnectionContract {}

    @Nested
    class Concurrency extends ConcurrencyContract {}

    @Nested
    class Cancellation extends CancellationContract {}

    @Nested
    class Streams extends StreamContract {}

    @Nested
    class StoredQueries extends StoredQueryContract {}
}
