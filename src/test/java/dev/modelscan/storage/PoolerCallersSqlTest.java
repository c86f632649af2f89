package dev.modelscan.storage;

import dev.modelscan.storage.PgBouncer.Mode;

/** The same behind a pooler that has one session of the server for everybody. */
class PoolerCallersSqlTest extends CallersSqlTest {

    @Override
    String url() {
        return PgBouncer.url(Mode.TRANSACTION, 1);
    }
}
