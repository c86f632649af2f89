package dev.modelscan.storage.contract;

import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All suites behind a pooler that gives each connection a session which others have used. {@code .ci/long} runs them:
 * they take minutes, and the pooler that shares sessions by transaction is the harder case.
 */
@EnabledIfSystemProperty(named = "modelscan.test.long", matches = "true")
class PgBouncerSessionContractTest extends PostgresContractTest {

    @Override
    public TestEngine engine() {
        return new Postgres("PgBouncer by session", PgBouncer.url(Mode.SESSION, 60));
    }
}
