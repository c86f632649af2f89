package dev.modelscan.storage.contract;

import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;

/** Suites over the application's own pool, whose connections go to a pooler. */
class PgBouncerDataSourceContractTest extends PostgresDataSourceContractTest {

    @Override
    TestEngine engine() {
        return new PostgresDataSource("PgBouncer by a data source", PgBouncer.url(Mode.TRANSACTION, 12));
    }
}
