package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.FileResult;
import dev.modelscan.storage.cli.imports.ImportOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which files an import takes, and what one that cannot be read does to the others. */
class FoundFilesTest {

    @TempDir
    Path directory;

    private Path folder() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("folder"));
        write(folder.resolve("a.jsonl"), "a");
        return folder;
    }

    private static Path write(Path file, String text) throws IOException {
        return Files.writeString(file, "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}\n");
    }

    private Run run(Object... arguments) {
        Stream<String> words = Stream.of(arguments).map(Object::toString);
        return MainTest.run(Stream.of(Stream.of("import", "--db", database()), words)
                .flatMap(each -> each)
                .toArray(String[]::new));
    }

    private String database() {
        return directory.resolve("t.db").toString();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aDirectoryMayBeALink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), folder());

        Run run = run(link);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("1 transcript");
        assertThat(run(link + "/*.jsonl").out()).contains("stored already");
        assertThat(run(directory + "/link").out()).contains("stored already");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void thePatternOfALinkIsSearched() throws IOException {
        Files.createSymbolicLink(directory.resolve("link"), folder());

        Run run = run(directory + "/link*/../link/*.jsonl", "--dry-run");

        assertThat(run.code()).isEqualTo(1);
        assertThat(MainTest.run("import", "--db", database(), directory.resolve("link") + "/**.jsonl")
                        .code())
                .isZero();
    }

    /** Not even root can read a folder whose path is longer than the system takes. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFolderThatCannotBeReadFailsAlone() throws IOException {
        Path outer = Files.createDirectories(long2200(folder()));
        Path inner = directory.resolve("inner");
        Files.createDirectories(long2200(inner));
        Path moved = Files.move(inner, outer.resolve("inner"));
        try {
            Run run = run(directory.resolve("folder"));

            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).contains("1 transcript");
            assertThat(run.err()).contains("closed", "cannot be read");
        } finally {
            Files.move(moved, inner);
        }
    }

    private static Path long2200(Path start) {
        Path path = start;
        for (int i = 0; i < 11; i++) {
            path = path.resolve("closed" + "x".repeat(193));
        }
        return path;
    }

    @Test
    void whatFollowsRedactIsAFile() throws IOException {
        Path folder = folder();
        write(folder.resolve("b.jsonl"), "b");

        Run both = run("--redact", folder + "/a*.jsonl", folder.resolve("b.jsonl"));

        assertThat(both.code()).as(both.err()).isZero();
        try (Database db = Database.open(database())) {
            assertThat(db.stats().rows()).containsEntry("messages", 2L);
        }
        assertThat(run("--redact", folder + "/missing.jsonl", folder.resolve("b.jsonl"))
                        .code())
                .isEqualTo(1);
    }

    @Test
    void aCostThatIsNoNumberStopsNoImport() throws IOException {
        Path odd = Files.writeString(
                directory.resolve("a.json"),
                ("{'resourceSpans':[{'scopeSpans':[{'spans':[{'traceId':'t','spanId':'s','name':'chat m',"
                                + "'startTimeUnixNano':'1767323045000000000','endTimeUnixNano':'1767323046000000000',"
                                + "'attributes':[{'key':'gen_ai.operation.name','value':{'stringValue':'chat'}},"
                                + "{'key':'gen_ai.request.model','value':{'stringValue':'m'}},"
                                + "{'key':'modelscan.cost','value':{'stringValue':'x'}}]}]}]}]}")
                        .replace('\'', '"'));

        Run run = run(odd, write(directory.resolve("b.jsonl"), "b"));

        assertThat(run.code()).as(run.err()).isZero();
        try (Database db = Database.open(database())) {
            assertThat(db.messages().list(10, 0)).extracting("content").contains("b");
        }
    }

    @Test
    void oneLineIsNotCalledJsonLines() throws IOException {
        Path file = directory.resolve("settings.json");
        for (String text : new String[] {"{\"theme\":1}", "{\"theme\":1}\n"}) {
            Files.writeString(file, text);

            assertThat(run(file).err()).contains("is JSON, an object with the members theme, in no known form");
        }
        String[] lines = {"{\"theme\":1}\n{\"theme\":2}\n", "{\"theme\":1}\nnot\n", "{\"theme\":1\n{\"theme\":2}\n"};
        for (String text : lines) {
            Files.writeString(file, text);

            assertThat(run(file).err()).as(text).contains("is JSON Lines whose first record is an object");
        }
    }

    @Test
    void whatIsNotValidIsNotCalledAnEmptyObject() throws IOException {
        Path file = Files.writeString(directory.resolve("bad.json"), "{bad\n{bad\n");

        assertThat(run(file).err()).contains("is JSON, cut off or not valid");
        Files.writeString(file, "{}");
        assertThat(run(file).err()).contains("is JSON, an empty object, in no known form");
    }

    @Test
    void anEmptyArrayIsNotDamaged() throws IOException {
        Path file = Files.writeString(directory.resolve("none.json"), "[ ]\n");

        assertThat(run(file).err())
                .contains("none.json is an empty JSON array; ")
                .doesNotContain("cut off");
    }

    @Test
    void anArchiveBesideOtherFilesIsToldApart() throws IOException {
        Path other = write(directory.resolve("b.jsonl"), "b");
        assertThat(run(other).code()).isZero();
        Path archive = directory.resolve("all.jsonl");
        assertThat(MainTest.run("export", archive.toString(), "--format", "native", "--db", database())
                        .code())
                .isZero();

        assertThat(run(archive, other).err())
                .contains("all.jsonl is an archive of the whole database; import it by itself, and not compressed");
    }

    /** What is only in its write-ahead log belongs to it. */
    @Test
    void aDatabaseMayBeInAFolderWithAnExclamationMark() throws IOException, SQLException {
        Path file = Files.createDirectory(directory.resolve("wow!")).resolve("sessions.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA journal_mode = WAL");
            sql.execute("CREATE TABLE agent_messages (id INTEGER PRIMARY KEY, session_id TEXT, message_data TEXT,"
                    + " created_at TIMESTAMP)");
            sql.execute(
                    "INSERT INTO agent_messages VALUES (1, 's', '{\"role\": \"user\", \"content\": \"late\"}', NULL)");

            assertThat(run(file).out()).contains("1 transcript imported");
        }
    }

    @Test
    void whatAFormCannotReadIsWrongWithTheFile() {
        String line = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(100_000) + "\"}]}\n";
        byte[] lines = line.repeat(30).getBytes(StandardCharsets.UTF_8);
        InputStream broken = new InputStream() {
            @Override
            public int read() {
                throw new IllegalStateException("odd");
            }
        };
        InputStream in = new SequenceInputStream(new ByteArrayInputStream(lines), broken);
        try (Database db = Database.open(database())) {
            FileResult result = new FileImport(
                            () -> db, Input.stream("a.jsonl", in), new ImportOptions(null, null, false, null))
                    .run();

            assertThat(result.problem()).contains("cannot be read", "odd", "what was read before it is stored");
        }
    }

    @Test
    void runsOfOneIdWhoseMessagesAreOnlyNumberedAreTwo() throws IOException {
        Path first = Files.writeString(directory.resolve("1.jsonl"), openHands("A"));
        Path second = Files.writeString(directory.resolve("2.jsonl"), openHands("B"));

        assertThat(run(first).code()).isZero();
        Run other = run(second);

        assertThat(other.err()).contains("the id i is that of another run");
        try (Database db = Database.open(database())) {
            assertThat(db.messages().list(10, 0))
                    .extracting("content")
                    .containsExactlyInAnyOrder("fix it", "more by A", "fix it", "more by B");
            assertThat(db.tasks().list(10, 0)).hasSize(2);
        }
        assertThat(run(first, second).out()).contains("2 files: 0 transcripts imported\n0 messages");
    }

    private static String openHands(String model) {
        return ("{'instance_id':'i','instruction':'fix','history':["
                        + "{'id':0,'source':'user','action':'message','args':{'content':'fix it'}},"
                        + "{'id':1,'source':'agent','action':'message','args':{'content':'more by " + model + "'}}]}\n")
                .replace('\'', '"');
    }

    @Test
    void allWorkflowsOfANameAreListed() throws IOException {
        assertThat(run(write(directory.resolve("a.jsonl"), "a")).code()).isZero();
        try (Database db = Database.open(database())) {
            db.useTx(tx -> tx.dsl()
                    .execute(
                            "INSERT INTO workflows (id, name, status, created_at, updated_at) WITH RECURSIVE n (i) AS (SELECT 1"
                                    + " UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                                    + " SELECT '0-' || i, name, status, created_at, updated_at FROM workflows, n"));
        }

        Run listed = MainTest.run("list", "tasks", "--workflow", "a.jsonl", "--db", database());
        Run exported = MainTest.run("export", "-", "--format", "openai", "--workflow", "a.jsonl", "--db", database());

        assertThat(listed.out()).contains("transcript");
        assertThat(exported.out()).contains("\"a\"");
    }
}
