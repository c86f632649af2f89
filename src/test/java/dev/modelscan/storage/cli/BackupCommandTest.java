package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.MainTest.Run;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups by command, from the first to the restored database. */
class BackupCommandTest {

    @TempDir
    private Path directory;

    private String database;

    @BeforeEach
    void createDatabase() {
        database = directory.resolve("app.db").toString();
        try (Database db = Database.open(database)) {
            db.agents().create(Agent.builder().name("kept").mode("llm").build());
        }
    }

    @Test
    void aDatabaseIsBackedUpVerifiedAndRestored() throws Exception {
        String backup = directory.resolve("copies/one.db").toString();

        Run made = MainTest.run("backup", "--db", database, "--to", backup);
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out()).contains("wrote " + backup, "schema version", "SHA-256");
        Run verified = MainTest.run("backup", "verify", backup);
        assertThat(verified.code()).as(verified.err()).isZero();
        assertThat(verified.out()).startsWith("verified " + backup);

        Run folder =
                MainTest.run("backup", "verify", directory.resolve("copies").toString());
        assertThat(folder.code()).isOne();
        assertThat(folder.err()).contains("copies is a directory; name the file of a backup in it");

        Files.writeString(Path.of(database), "damaged");
        Run planned = MainTest.run("restore", backup, "--db", database, "--dry-run");
        assertThat(planned.out())
                .contains("would restore " + database, "would keep the old file", database + "-damaged-");
        assertThat(Path.of(database)).hasContent("damaged");
        Run restored = MainTest.run("restore", backup, "--db", database, "--force");
        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(restored.out()).contains("restored " + database, "it is kept as " + database + "-damaged-");
        try (Database db = Database.open(database)) {
            assertThat(db.agents().getByName("kept")).isNotNull();
        }
    }

    @Test
    void aDatabaseThatIsThereIsReplacedOnlyByForce() throws Exception {
        String backup = directory.resolve("one.db").toString();
        json("backup", "--db", database, "--to", backup, "--json");
        try (Database db = Database.open(database)) {
            db.agents().create(Agent.builder().name("newer").mode("llm").build());
        }
        byte[] before = Files.readAllBytes(Path.of(database));

        Run refused = MainTest.run("restore", backup, "--db", database);
        assertThat(refused.code()).isOne();
        assertThat(refused.err())
                .contains("holds 2 rows, changed last at ", "the backup has 1 row, of ", "which is older", "--force");
        Run planned = MainTest.run("restore", backup, "--db", database, "--dry-run");
        assertThat(planned.code()).isZero();
        assertThat(planned.out()).contains("would replace 2 rows", "which is older; without --force it is refused");
        assertThat(Path.of(database)).hasBinaryContent(before);

        JsonNode restored = json("restore", backup, "--db", database, "--force", "--json");
        assertThat(restored.at("/replaced/rows").asInt()).isEqualTo(2);
        assertThat(restored.at("/backup/rows").asInt()).isOne();
        try (Database db = Database.open(database)) {
            assertThat(db.agents().list(10, 0)).hasSize(1);
        }
    }

    /** It may never have been a database. */
    @Test
    void aFileThatIsNoDatabaseIsReplacedOnlyByForce() throws Exception {
        String backup = directory.resolve("one.db").toString();
        json("backup", "--db", database, "--to", backup, "--json");
        for (String text : List.of("a note", "notes ".repeat(20_000))) {
            Path notes = Files.writeString(directory.resolve("notes.md"), text);
            Run refused = MainTest.run("restore", backup, "--db", notes.toString());
            assertThat(refused.code()).isOne();
            assertThat(refused.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("error: " + notes + " cannot be read as a database; ")
                    .contains("Nothing was changed", "--force keeps it as " + notes + "-damaged-<time>");
            Run planned = MainTest.run("restore", backup, "--db", notes.toString(), "--dry-run");
            assertThat(planned.code()).isZero();
            assertThat(planned.out())
                    .contains("would keep the old file, which cannot be read as a database, as " + notes
                            + "-damaged-<time>; without --force it is refused");
            assertThat(notes).hasContent(text);
            assertThat(json("restore", backup, "--db", notes.toString(), "--dry-run", "--json")
                            .at("/replaced/readable")
                            .asBoolean(true))
                    .isFalse();
            Run restored = MainTest.run("restore", backup, "--db", notes.toString(), "--force");
            assertThat(restored.code()).as(restored.err()).isZero();
            assertThat(restored.out())
                    .contains("the old file cannot be read as a database; it is kept as " + notes + "-damaged-")
                    .doesNotContain("  replaced");
        }
        Path empty = Files.createFile(directory.resolve("empty.db"));
        assertThat(MainTest.run("restore", backup, "--db", empty.toString()).code())
                .isZero();
    }

    @Test
    void aDatabaseOfANewerSchemaIsReplacedOnlyByForce() throws Exception {
        String backup = directory.resolve("one.db").toString();
        json("backup", "--db", database, "--to", backup, "--json");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE modelscan_schema_history SET version = '999'"
                    + " WHERE installed_rank = (SELECT max(installed_rank) FROM modelscan_schema_history)");
        }

        Run refused = MainTest.run("restore", backup, "--db", database);
        assertThat(refused.code()).as(refused.out() + refused.err()).isOne();
        assertThat(refused.err()).contains("--force");
        assertThat(MainTest.run("restore", backup, "--db", database, "--force").code())
                .isZero();
    }

    /** A dry run fails if the backup would. */
    @Test
    void whatCannotBeBackedUpIsSaidBefore() throws Exception {
        String to = directory.resolve("copy.db").toString();
        Path text = Files.writeString(directory.resolve("text"), "no database at all, but a text of some length");
        for (String file :
                List.of(directory.toString(), directory.resolve("none.db").toString(), text.toString())) {
            Run planned = MainTest.run("backup", "--db", file, "--to", to, "--dry-run");
            assertThat(planned.code()).as(file).isOne();
            assertThat(planned.err().lines()).hasSize(1);
            assertThat(MainTest.run("backup", "--db", file, "--to", to).code()).isOne();
        }
        assertThat(MainTest.run("backup", "--db", database, "--to", to, "--dry-run")
                        .code())
                .isZero();
        assertThat(Path.of(to)).doesNotExist();
        Files.writeString(Path.of(to), "mine");
        Run taken = MainTest.run("backup", "--db", database, "--to", to, "--dry-run");
        assertThat(taken.code()).isOne();
        assertThat(taken.err()).contains(to + " exists");
    }

    /** The tables of a search index hold the same words again. */
    @Test
    void rowsAreThoseOfStatus() throws Exception {
        assertThat(MainTest.run("search", "--enable", "--db", database).code()).isZero();
        JsonNode made = json(
                "backup", "--db", database, "--to", directory.resolve("one.db").toString(), "--json");
        assertThat(made.at("/backup/rows").asInt()).isOne();
    }

    @Test
    void generationsAreAddedListedAndShownAsJson() throws Exception {
        String folder = directory.resolve("generations").toString();
        JsonNode first = json("backup", "--db", database, "--to", folder, "--keep", "1h", "--json");
        Run planned = MainTest.run("backup", "--db", database, "--to", folder, "--keep", "1h", "--dry-run");
        assertThat(planned.out())
                .contains("would delete " + first.at("/backup/file").asText());
        JsonNode second = json("backup", "--db", database, "--to", folder, "--keep", "1h", "--json");

        assertThat(second.at("/deleted/0")).isEqualTo(first.at("/backup/file"));
        JsonNode listed = json("backup", "list", folder, "--json");
        assertThat(listed.at("/backups")).hasSize(1);
        assertThat(listed.at("/backups/0/drilledAt").asText()).isNotEmpty();
        assertThat(MainTest.run("backup", "list", folder).out()).contains("drilled", "yes", ".db");
    }

    @Test
    void repeatedBackupsGoOnAfterErrors() {
        AtomicInteger shown = new AtomicInteger();
        PrintWriter out = new PrintWriter(new StringWriter()) {
            @Override
            public void println(String line) {
                if (line.startsWith("wrote") && shown.incrementAndGet() == 1) {
                    throw new LinkageError("an old class");
                }
                if (line.startsWith("wrote")) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        StringWriter err = new StringWriter();

        String folder = directory.resolve("generations").toString();
        Main.run(
                new String[] {"backup", "--db", database, "--to", folder, "--keep", "1h", "--every", "1s"},
                out,
                new PrintWriter(err));

        assertThat(shown).hasValue(2);
        assertThat(err.toString()).contains("error: an old class");
    }

    /** Its end is no number of nanoseconds. */
    @Test
    void theNextBackupMayBeInThousandsOfYears() {
        PrintWriter out = new PrintWriter(new StringWriter()) {
            @Override
            public void println(String line) {
                if (line.startsWith("wrote")) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        StringWriter err = new StringWriter();
        String folder = directory.resolve("generations").toString();
        Main.run(
                new String[] {"backup", "--db", database, "--to", folder, "--keep", "1h", "--every", "999999d"},
                out,
                new PrintWriter(err));
        assertThat(err.toString()).doesNotContain("ArithmeticException");
    }

    @Test
    void wrongArgumentsAreTwoAndABadBackupIsOne() throws Exception {
        assertThat(MainTest.run("backup", "--db", database).code()).isEqualTo(2);
        assertThat(MainTest.run("backup", "--db", database, "--to", "x", "--every", "1h")
                        .code())
                .isEqualTo(2);
        assertThat(MainTest.run("backup", "--db", database, "--to", "x", "--keep", "1y")
                        .code())
                .isEqualTo(2);
        Run server = MainTest.run("backup", "--db", "jdbc:postgresql://localhost/x", "--to", "x");
        assertThat(server.code()).isEqualTo(2);
        assertThat(server.err()).contains("is a server");
        Path none = directory.resolve("none.db");
        Files.writeString(none, "x");
        Run refused = MainTest.run("restore", none.toString(), "--db", database);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err().lines()).hasSize(1).first().asString().contains("not a complete backup");
    }

    @Test
    void aPathThatIsNoDirectoryIsNotAnEmptyOne() {
        for (String wrong : List.of(directory.resolve("none").toString(), database)) {
            Run listed = MainTest.run("backup", "list", wrong);
            assertThat(listed.code()).as(wrong).isOne();
            assertThat(listed.err()).startsWith("error: " + wrong + " is not a directory");
        }
        assertThat(MainTest.run("backup", "list", directory.toString()).out()).startsWith("no backups in ");
    }

    @Test
    void aDryRunRefusesWhatARestoreRefuses() throws Exception {
        String backup = directory.resolve("one.db").toString();
        json("backup", "--db", database, "--to", backup, "--json");
        for (boolean dry : new boolean[] {true, false}) {
            List<String> command = new ArrayList<>(List.of("restore", backup, "--force", "--db", directory.toString()));
            if (dry) {
                command.add("--dry-run");
            }
            Run refused = MainTest.run(command.toArray(String[]::new));
            assertThat(refused.code()).as("dry run: " + dry).isOne();
            assertThat(refused.err()).contains(directory + " is not a file; name a file. Nothing was changed");
        }
    }

    /** A restore refuses it even with --force, so neither that nor a dry run may promise anything else. */
    @Test
    void aDatabaseOfAnotherProgramIsNotOfferedToForce() throws Exception {
        String backup = directory.resolve("one.db").toString();
        json("backup", "--db", database, "--to", backup, "--json");
        String other = directory.resolve("other.db").toString();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + other);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE theirs (a)");
        }
        assertNotOfferedToForce(backup, other, "is a SQLite database of another program");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + other);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE schema_migrations (a)");
            statement.execute("CREATE TABLE agents (a)");
            statement.execute("CREATE TABLE messages (a)");
        }
        assertNotOfferedToForce(backup, other, "other.db ");
    }

    private static void assertNotOfferedToForce(String backup, String other, String reason) {
        for (List<String> options : List.of(List.<String>of(), List.of("--dry-run"), List.of("--force"))) {
            List<String> command = new ArrayList<>(List.of("restore", backup, "--db", other));
            command.addAll(options);
            Run refused = MainTest.run(command.toArray(String[]::new));
            assertThat(refused.code()).as(options.toString()).isOne();
            assertThat(refused.err()).as(options.toString()).contains(reason).doesNotContain("--force");
        }
    }

    private static JsonNode json(String... arguments) throws Exception {
        Run run = MainTest.run(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out());
    }
}
