package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.FileResult;
import dev.modelscan.storage.cli.imports.ImportOptions;
import dev.modelscan.storage.testkit.StatementLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

    /** Files of results all have runs with the ids 1, 2, 3 …, and often they begin with the same prompt. */
    @Test
    void aRunNeedsAsManyForManyOthersOfItsIdAsForFew() throws IOException {
        others(0, 4);
        long few = others(4, 5);
        others(5, 12);

        assertThat(others(12, 13)).isEqualTo(few);
        assertThat(others(12, 13)).isLessThanOrEqualTo(12);
    }

    private long others(int from, int to) throws IOException {
        try (StatementLog log = new StatementLog()) {
            for (int i = from; i < to; i++) {
                imported(input(
                        i + ".jsonl",
                        "{\"id\":\"r\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                                + "{\"role\":\"user\",\"content\":\"" + i + "\"}]}\n"));
            }
            return log.statements().size();
        }
    }

    @Test
    void aRunThatItsFileTellsAnewNeedsAsManyForManyMessagesAsForFew() throws IOException {
        imported(input("few.jsonl", run("few", FEW, "x")));
        imported(input("many.jsonl", run("many", MANY, "x")));

        assertThat(again("many", MANY)).isEqualTo(again("few", FEW));
    }

    private long again(String id, int messages) throws IOException {
        try (StatementLog log = new StatementLog()) {
            imported(input(id + ".jsonl", run(id, messages, "y")));
            return log.statements().size();
        }
    }

    private static String run(String id, int messages, String last) {
        String message = "{\"role\":\"assistant\",\"content\":\"x\",\"at\":\"" + last + "\"},";
        return "{\"id\":\"" + id + "\",\"messages\":[" + message.repeat(messages - 1)
                + "{\"role\":\"assistant\",\"content\":\"" + last + "\"}]}\n";
    }

    private Input input(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        return new Input(name, name, file.toRealPath().toString(), file, false, -1, () -> Files.newInputStream(file));
    }

    private FileResult imported(Input input) {
        FileResult result = new FileImport(() -> db, input, ImportOptions.DEFAULT).run();
        assertThat(result.problem()).isNull();
        assertThat(result.failed()).isZero();
        return result;
    }

    private long statements(int runs, int messages, int generation) {
        try (StatementLog log = new StatementLog()) {
            imported(runs, messages, generation);
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
        return imported(Input.stream("-", in));
    }
}
