package dev.modelscan.storage.contract;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Suites over connections of the application that send what they send over the library's own. {@code .ci/long} runs them. */
@EnabledIfSystemProperty(named = "modelscan.test.long", matches = "true")
class PostgresDataSourceLongContractTest implements EngineClass {

    @Override
    public TestEngine engine() {
        return new PostgresDataSource();
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
