package dev.modelscan.storage.contract;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The suites in which SQLite in memory does what it does with files. {@code .ci/long} runs them. */
@EnabledIfSystemProperty(named = "modelscan.test.long", matches = "true")
class SqliteMemoryLongContractTest implements EngineClass {

    @Override
    public TestEngine engine() {
        return new SqliteMemory();
    }

    @Nested
    class BadInput extends BadInputContract {}

    @Nested
    class RefusedRows extends RefusedRowContract {}

    @Nested
    class Audit extends AuditContract {}

    @Nested
    class Messages extends MessageRepositoryContract {}

    @Nested
    class FullText extends SearchContract {}

    @Nested
    class Branches extends BranchContract {}

    @Nested
    class TwentyQuestions extends TwentyQuestionsContract {}

    @Nested
    class Rejections extends RejectionContract {}

    @Nested
    class Parts extends MessagePartsContract {}
}
