package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.FileResult;
import dev.modelscan.storage.cli.imports.ImportOptions;
import dev.modelscan.storage.testkit.StatementLog;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many statements an import sends. */
class ImportStatementsTest {

    private static final int RUNS = 20;
    /** Rows go in statements of 16, and a rest. These numbers of messages, and of calls, have both. */
    private static final int FEW = 40;

    private static final int MANY = 72;

    @TempDir
    Path directory;

    private Database db;

    @BeforeEach
    void open() {
        db = Database.open(directory.resolve("import.db"));
        // The agents and the workflow of the file.
        imported(1, 2, 0);
    }

    @AfterEach
    void close() {
        db.close();
    }

    /** The task and its look-up, the conversation and its look-up, messages, origins, the number of the last one, executions, calls. */
    @Test
    void aRunNeedsAsManyStatementsForManyMessagesAsForFew() {
        long few = statements(RUNS, FEW, 1);
        long many = statements(RUNS, MANY, 2);

        assertThat(many).isEqualTo(few);
        assertThat(few).isLessThanOrEqualTo(16L * RUNS + 20);
    }

    @Test
    void aRunThatIsStoredNeedsFive() {
        statements(RUNS, 10, 1);

        assertThat(statements(RUNS, 10, 1)).isLessThanOrEqualTo(5L * RUNS + 20);
    }

    @Test
    void aRunThatHasGrownNeedsAsManyForManyMessagesAsForFew() {
        statements(RUNS, 4, 1);

        long few = statements(RUNS, 4 + FEW, 1);
        long many = statements(RUNS, 4 + FEW + MANY, 1);

        assertThat(many).isEqualTo(few);
    }

    private long statements(int runs, int messages, int generation) {
        try (StatementLog log = new StatementLog()) {
            assertThat(imported(runs, messages, generation).failed()).isZero();
            return log.statements().size();
        }
    }

    private FileResult imported(int runs, int messages, int generation) {
        StringBuilder lines = new StringBuilder();
        for (int run = 0; run < runs; run++) {
            lines.append("{\"id\":\"")
                    .append(generation)
                    .append('-')
                    .append(run)
                    .append("\",\"messages\":[");
            for (int i = 0; i < messages; i++) {
                String id = "c" + i / 2;
                lines.append(i == 0 ? "" : ",")
                        .append(
                                i % 2 == 0
                                        ? "{\"role\":\"assistant\",\"content\":\"x\",\"usage\":{\"prompt_tokens\":1},"
                                                + "\"tool_calls\":[{\"id\":\"" + id
                                                + "\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"
                                        : "{\"role\":\"tool\",\"tool_call_id\":\"" + id + "\",\"content\":\"y\"}");
            }
            lines.append("]}\n");
        }
        InputStream in = new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8));
        return new FileImport(() -> db, Input.stream("-", in), ImportOptions.DEFAULT).run();
    }
}
