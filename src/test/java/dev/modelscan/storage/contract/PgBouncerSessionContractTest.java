package dev.modelscan.storage.contract;

import dev.modelscan.storage.PgBouncer;
import dev.modelscan.storage.PgBouncer.Mode;

/** All suites behind a pooler that gives each connection a session which others have used. */
class PgBouncerSessionContractTest extends PostgresContractTest {

    @Override
    TestEngine engine() {
        return new Postgres("PgBouncer by session", PgBouncer.url(Mode.SESSION, 60));
    }
}
