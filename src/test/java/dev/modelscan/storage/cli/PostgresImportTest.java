package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.cli.archives.ArchiveReader;
import dev.modelscan.storage.cli.archives.ArchiveWriter;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.FileResult;
import dev.modelscan.storage.cli.imports.ImportOptions;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.support.PostgresServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Concurrent imports on a server. */
@Timeout(120)
class PostgresImportTest {

    private static final int IMPORTS = 4;
    private static final int RECORDS = 30;

    /** Each role occurs first in some record. */
    private static final String[] ROLES = {"system", "user", "assistant", "user"};

    private static String records(String content) {
        StringBuilder lines = new StringBuilder();
        for (int record = 0; record < RECORDS; record++) {
            lines.append("{\"messages\":[");
            for (int i = 0; i < ROLES.length; i++) {
                lines.append(i == 0 ? "" : ",")
                        .append("{\"role\":\"")
                        .append(ROLES[(record + i) % ROLES.length])
                        .append("\",\"content\":\"")
                        .append(content)
                        .append("\"}");
            }
            lines.append("]}\n");
        }
        return lines.toString();
    }

    private static List<FileResult> importTogether(Database db, List<String> files) throws Exception {
        CyclicBarrier all = new CyclicBarrier(files.size());
        List<CompletableFuture<FileResult>> imports = new ArrayList<>();
        for (String file : files) {
            imports.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            all.await(20, TimeUnit.SECONDS);
                            InputStream in = new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8));
                            Input input = Input.stream("file", in);
                            return new FileImport(() -> db, input, ImportOptions.DEFAULT).run();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    task -> new Thread(task).start()));
        }
        List<FileResult> summaries = new ArrayList<>();
        for (CompletableFuture<FileResult> running : imports) {
            summaries.add(running.get(100, TimeUnit.SECONDS));
        }
        return summaries;
    }

    private static Database open() {
        return Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .busyTimeout(Duration.ofSeconds(2))
                .open();
    }

    @Test
    void differentFilesAreAllStored() throws Exception {
        try (Database db = open()) {
            List<String> files = new ArrayList<>();
            for (int i = 0; i < IMPORTS; i++) {
                files.add(records("file " + i));
            }
            assertThat(importTogether(db, files)).allMatch(summary -> summary.imported() == RECORDS);
            assertThat(db.tasks().list(1_000, 0)).hasSize(IMPORTS * RECORDS);
            assertThat(db.agents().list(100, 0)).hasSize(3);
        }
    }

    @Test
    void theSameFileIsStoredOnce() throws Exception {
        try (Database db = open()) {
            String file = records("the same");
            List<FileResult> summaries = importTogether(db, List.of(file, file, file, file));
            assertThat(summaries).allMatch(summary -> summary.failed() == 0);
            assertThat(summaries.stream().mapToLong(FileResult::imported).sum()).isEqualTo(RECORDS);
            assertThat(db.tasks().list(1_000, 0)).hasSize(RECORDS);
            assertThat(db.messages().list(1_000, 0)).hasSize(RECORDS * ROLES.length);
        }
    }

    @Test
    void anArchiveOfAFileIsTheSameFromAServer(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("source.db");
        for (String input : List.of("chatgpt.json", "atif.json", "claude-code.jsonl", "openai-odd.jsonl")) {
            Path path = Path.of("src/test/resources/inputs", input);
            assertThat(MainTest.run("import", path.toString(), "--db", file.toString())
                            .code())
                    .isZero();
        }
        Path archive = directory.resolve("archive.jsonl");
        try (Database source = Database.open(file);
                Database target = open()) {
            Files.writeString(archive, archiveOf(source));
            ArchiveReader reader = new ArchiveReader(archive);
            reader.check();
            target.useTx(tx -> reader.store(tx.dsl(), false));

            assertThat(archiveOf(target).lines().toList()).containsExactlyElementsOf(Files.readAllLines(archive));
        }
    }

    @Test
    void runsOfOneIdAreToldApart(@TempDir Path directory) throws IOException {
        String one = "{\"id\":\"7\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"}";
        String two = one + ",{\"role\":\"user\",\"content\":\"two\"}";
        String three = one + ",{\"role\":\"user\",\"content\":\"three\"}";
        String more = ",{\"role\":\"assistant\",\"content\":\"mo";
        Path own = directory.resolve("own.jsonl");
        Path other = directory.resolve("other.jsonl");
        try (Database db = open()) {
            assertThat(imported(db, own, two + "]}\n").imported()).isEqualTo(1);
            assertThat(imported(db, other, three + more + "\"}]}\n").imported()).isEqualTo(1);
            assertThat(imported(db, other, three + more + "re\"}]}\n").grown()).isEqualTo(1);
            assertThat(imported(db, own, three + more + "re\"}," + more.substring(1) + "\"}]}\n")
                            .grown())
                    .isEqualTo(1);

            assertThat(db.messages().list(10, 0))
                    .extracting("content")
                    .containsExactlyInAnyOrder("s", "two", "s", "three", "more", "mo");
        }
    }

    @Test
    void messagesThatWereDeletedComeBackInTheirPlaces(@TempDir Path directory) throws IOException {
        String text = "{\"messages\":[{\"role\":\"user\",\"content\":\"1\"},{\"role\":\"assistant\",\"content\":\"2\"},"
                + "{\"role\":\"user\",\"content\":\"3\"},{\"role\":\"assistant\",\"content\":\"4\"}]}\n";
        Path file = directory.resolve("f.jsonl");
        try (Database db = open()) {
            imported(db, file, text);
            db.messages().list(10, 0).stream()
                    .filter(message -> message.sequenceNumber() % 2 == 0)
                    .forEach(message -> db.messages().delete(message.id()));

            assertThat(imported(db, file, text).restored()).isEqualTo(1);
            assertThat(imported(db, file, text).skipped()).isEqualTo(1);

            assertThat(db.messages().list(10, 0))
                    .extracting(message -> message.sequenceNumber() + message.content())
                    .containsExactly("11", "22", "33", "44");
        }
    }

    @Test
    void timesAndTitlesAreThoseOfAFile(@TempDir Path directory) throws IOException {
        String timed = Files.readString(Path.of("src/test/resources/inputs/claude-code.jsonl"));
        String untimed =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"  \"},{\"role\":\"user\",\"content\":\" hi\"}]}\n";
        try (Database server = open();
                Database file = Database.open(directory.resolve("same.db"))) {
            for (Database db : List.of(server, file)) {
                imported(db, directory.resolve("timed.jsonl"), timed);
                imported(db, directory.resolve("untimed.jsonl"), untimed);
            }
            assertThat(told(server)).isEqualTo(told(file)).hasSize(3).contains("hi, untimed: true");
        }
    }

    private static Set<String> told(Database db) {
        List<Conversation> all = db.conversations().list(PageRequest.first(10)).items();
        Set<String> untimed =
                RunTimes.unknown(db, all.stream().map(each -> each.id().value()).toList());
        return all.stream()
                .map(each -> Title.of(db, each) + ", untimed: "
                        + untimed.contains(each.id().value()))
                .collect(Collectors.toSet());
    }

    private static FileResult imported(Database db, Path file, String text) throws IOException {
        Files.writeString(file, text);
        Input input =
                new Input("f", "f", file.toRealPath().toString(), file, false, -1, () -> Files.newInputStream(file));
        FileResult result = new FileImport(() -> db, input, ImportOptions.DEFAULT).run();
        assertThat(result.problem()).isNull();
        return result;
    }

    private static String archiveOf(Database db) throws IOException {
        StringWriter archive = new StringWriter();
        db.useTx(Isolation.REPEATABLE_READ, tx -> new ArchiveWriter(archive).write(tx.dsl()));
        return archive.toString();
    }
}
