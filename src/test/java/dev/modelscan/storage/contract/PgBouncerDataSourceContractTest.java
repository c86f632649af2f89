package dev.modelscan.storage.contract;

import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Suites over the application's own pool, whose connections go to a pooler. {@code .ci/long} runs them: each half, the pool
 * and the pooler, has its suites in the build.
 */
@EnabledIfSystemProperty(named = "modelscan.test.long", matches = "true")
class PgBouncerDataSourceContractTest extends PostgresDataSourceContractTest {

    @Override
    public TestEngine engine() {
        return new PostgresDataSource("PgBouncer by a data source", PgBouncer.url(Mode.TRANSACTION, 12));
    }

    @Nested
    class Agents extends AgentRepositoryContract {}

    @Nested
    class Tasks extends TaskRepositoryContract {}

    @Nested
    class FullText extends SearchContract {}

    @Nested
    class BadInput extends BadInputContract {}
}
