package dev.modelscan.storage.contract;

import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;

/** All suites behind a pooler that gives each transaction one of a few sessions. */
class PgBouncerTransactionContractTest extends PostgresContractTest {

    @Override
    public TestEngine engine() {
        return new Postgres("PgBouncer by transaction", PgBouncer.url(Mode.TRANSACTION, 12));
    }
}
