package dev.modelscan.storage.engine.postgres;

import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;

/** The same behind a pooler that has one session of the server for everybody. */
class PoolerCallersSqlTest extends CallersSqlTest {

    @Override
    protected String url() {
        return PgBouncer.url(Mode.TRANSACTION, 1);
    }
}
