package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.cli.archives.ArchiveReader;
import dev.modelscan.storage.cli.archives.ParquetFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the bars of long commands are told: at the end, that all is done. */
class ArchiveProgressTest {

    @TempDir
    private Path directory;

    private String database;

    @BeforeEach
    void fill() {
        database = directory.resolve("runs.db").toString();
        assertThat(MainTest.run("import", "src/test/resources/inputs/atif.json", "--db", database)
                        .code())
                .isZero();
    }

    @Test
    void anArchiveThatIsStoredIsCountedInEachPass() throws IOException {
        Path archive = directory.resolve("runs.jsonl");
        assertThat(MainTest.run("export", archive.toString(), "--format", "native", "--db", database)
                        .code())
                .isZero();
        Map<String, List<Long>> last = new TreeMap<>();
        ArchiveReader reader =
                new ArchiveReader(archive).onProgress((pass, done, total) -> last.put(pass, List.of(done, total)));

        long rows = reader.check().rows().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        try (Database db = Database.open(directory.resolve("copy.db"))) {
            db.<IOException>useTx(tx -> reader.store(tx.dsl(), true));
        }

        long bytes = Files.size(archive);
        assertThat(last)
                .isEqualTo(Map.of(
                        "Checking the archive, bytes", List.of(bytes, bytes),
                        "Reading ids", List.of(rows, rows),
                        "Storing rows", List.of(rows, rows),
                        "Filling in references", List.of(rows, rows)));
    }

    @Test
    void parquetFilesAreCountedByRowsAndAPageByPlots() throws IOException {
        List<Long> read = new ArrayList<>();
        List<Integer> plots = new ArrayList<>();
        Path files = Files.createDirectory(directory.resolve("parquet"));
        try (Database db = Database.open(database)) {
            Map<String, Long> rows =
                    db.<Map<String, Long>, IOException>withTx(tx -> ParquetFiles.write(tx.dsl(), files, read::add));
            assertThat(read).isSorted();
            assertThat(read.get(read.size() - 1))
                    .isEqualTo(rows.values().stream().mapToLong(Long::longValue).sum());

            HtmlReport.of(db, "runs", Scope.ALL, 10, plots::add);
        }
        assertThat(plots)
                .isEqualTo(IntStream.rangeClosed(1, HtmlReport.PLOTS).boxed().toList());
    }
}
