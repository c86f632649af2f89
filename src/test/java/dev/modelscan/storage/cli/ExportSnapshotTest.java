package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.exports.Exporter;
import dev.modelscan.storage.cli.exports.RunFormats;
import dev.modelscan.storage.cli.exports.Scope;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportSnapshotTest {

    /** More than one page. */
    private static final int RUNS = 250;

    @TempDir
    Path directory;

    @Test
    void anExportIsOneStateWhileOthersWrite() throws IOException {
        Path file = Files.writeString(
                directory.resolve("runs.jsonl"),
                "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n".repeat(RUNS));
        Path path = directory.resolve("runs.db");
        assertThat(MainTest.run("import", file.toString(), "--db", path.toString())
                        .code())
                .isZero();
        try (Database db = Database.open(path)) {
            DeletesAll out = new DeletesAll(db);
            Exporter exporter = new Exporter(RunFormats.named("openai").orElseThrow(), out);

            exporter.export(db, Scope.ALL);

            assertThat(exporter.runs()).isEqualTo(RUNS);
            assertThat(exporter.messages()).isEqualTo(RUNS);
            assertThat(db.stats().rows()).containsEntry("conversations", 0L);
        }
    }

    /** Has another thread delete all conversations at the first line. */
    private static final class DeletesAll extends StringWriter {

        private final Database db;
        private boolean done;

        DeletesAll(Database db) {
            this.db = db;
        }

        @Override
        public void write(String text) {
            if (!done) {
                done = true;
                CompletableFuture.runAsync(() -> db.useTx(
                                tx -> tx.dsl().deleteFrom(CONVERSATIONS).execute()))
                        .join();
            }
            super.write(text);
        }
    }
}
