package dev.modelscan.storage.contract;

import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** All suites behind a pooler that gives each transaction one of a few sessions. {@code .ci/long} runs them. */
@EnabledIfSystemProperty(named = "modelscan.test.long", matches = "true")
class PgBouncerTransactionLongContractTest extends PostgresContractTest {

    @Override
    public TestEngine engine() {
        return new Postgres("PgBouncer by transaction", PgBouncer.url(Mode.TRANSACTION, 12));
    }
}
