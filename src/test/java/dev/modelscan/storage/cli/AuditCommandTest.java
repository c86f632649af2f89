package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.audit.AuditEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log on the command line, other programs, backups, and migrations. */
class AuditCommandTest {

    @TempDir
    private Path directory;

    private Path file;
    private String id;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write() {
        file = directory.resolve("audited.db");
        Database.open(file).close();
        assertThat(run("enable", "--redact", "agents.metadata")).isZero();
        assertThat(out.toString()).isEqualTo("The audit log is on." + System.lineSeparator());
        try (Database db = Database.open(file)) {
            id = db.as("carol").agents().create(agent("scout")).id().value();
        }
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    private int run(String... arguments) {
        return run(file, arguments);
    }

    private int run(Path database, String... arguments) {
        List<String> all = new ArrayList<>(List.of("audit"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--db", database.toString()));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(all.toArray(String[]::new), new PrintWriter(out), new PrintWriter(err));
    }

    private String head() {
        assertThat(run("head")).isZero();
        return out.toString().strip();
    }

    @Test
    void listsEntries() {
        assertThat(run("list", "--limit", "1")).isZero();
        assertThat(out.toString())
                .contains(
                        ", carol: insert agents" + System.lineSeparator() + "    " + id,
                        "\"name\":\"scout\"",
                        "More follow: --after ");
        assertThat(run("list", "--table", "agents", "--key", id, "--json")).isZero();
        assertThat(out.toString()).contains("\"metadata\"", "[redacted]", "\"actor\" : \"carol\"");
        assertThat(run("list", "--actor", "nobody")).isZero();
        assertThat(out.toString()).startsWith("no matching entries of the audit log in ");
        assertThat(run("list", "--since", "1h")).isZero();
        assertThat(out.toString()).contains("enable audit_settings");
        assertThat(run("list", "--until", "1h")).isZero();
        assertThat(out.toString()).startsWith("no matching entries of the audit log in ");
        assertThat(run("list", "--table", "agents")).isEqualTo(2);
        assertThat(run("list", "--actor", "carol", "--since", "1h")).isEqualTo(2);
        assertThat(run("disable")).isZero();
        assertThat(run("list", "--limit", "1")).isZero();
        assertThat(out.toString()).contains("disable audit_settings");
    }

    @Test
    void anImportSaysWhoWrites() throws IOException {
        Path runs = Files.writeString(
                directory.resolve("runs.jsonl"), "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n");
        assertThat(MainTest.run("import", runs.toString(), "--actor", "dora", "--db", file.toString())
                        .code())
                .isZero();
        assertThat(run("list", "--actor", "dora")).isZero();
        assertThat(out.toString()).contains("dora: insert messages", "dora: insert tasks", "dora: insert sources");

        Path archive = directory.resolve("runs.archive");
        MainTest.run("export", archive.toString(), "--format", "native", "--db", file.toString());
        assertThat(MainTest.run("import", archive.toString(), "--new-ids", "--actor", "eve", "--db", file.toString())
                        .code())
                .isZero();
        assertThat(run("list", "--actor", "eve")).isZero();
        assertThat(out.toString()).contains("eve: insert messages");

        Path none = directory.resolve("none.db");
        MainTest.Run refused = MainTest.run("import", runs.toString(), "--actor", " ", "--db", none.toString());
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).startsWith("error: invalid value for option '--actor': the name is blank");
        assertThat(none).doesNotExist();
    }

    @Test
    void verifiesAndNamesTheFirstBadEntry() {
        String head = head();
        assertThat(head).startsWith("2:");
        assertThat(run("verify")).isZero();
        assertThat(out.toString().strip()).isEqualTo("the chain holds: 2 entries, head " + head);
        assertThat(run("verify", "--since", "nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("\"nonsense\" is not a head of an audit log");

        try (Database db = Database.open(file)) {
            db.useTx(tx -> tx.dsl()
                    .update(AUDIT_ENTRIES)
                    .set(AUDIT_ENTRIES.ACTOR, "mallory")
                    .where(AUDIT_ENTRIES.POSITION.eq(2L))
                    .execute());
        }
        assertThat(run("verify", "--since", head)).isEqualTo(4);
        assertThat(out.toString()).startsWith("entry 2: it is not what was put into the chain");
        assertThat(run("verify", "--json")).isEqualTo(4);
        assertThat(out.toString()).contains("\"holds\" : false", "\"position\" : 2", "\"CHANGED\"");
    }

    @Test
    void verifySaysThatTheLogIsOff() {
        String off = "the log is off, so changes are not recorded: audit enable switches it on";
        assertThat(run("verify")).isZero();
        assertThat(out.toString()).doesNotContain("the log is off");
        assertThat(run("verify", "--json")).isZero();
        assertThat(out.toString()).contains("\"enabled\" : true");
        Path never = directory.resolve("never.db");
        Database.open(never).close();
        assertThat(run("disable")).isZero();
        for (Path database : List.of(file, never)) {
            assertThat(run(database, "verify")).isZero();
            assertThat(out.toString()).contains("the chain holds: ", off);
            assertThat(run(database, "verify", "--json")).isZero();
            assertThat(out.toString()).contains("\"enabled\" : false");
        }
    }

    @Test
    void tellsOfChangesThatAreNotInTheChainYet() throws SQLException {
        head();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("INSERT INTO workflows (id, name, created_at, updated_at) VALUES ('w', 'w',"
                    + " '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')");
        }
        assertThat(run("verify")).isZero();
        assertThat(out.toString()).contains("1 later change is not in the chain yet: audit head adds what is missing");
        head();
        assertThat(run("verify")).isZero();
        assertThat(out.toString()).doesNotContain("not in the chain");
    }

    @Test
    void anOldBackupThatIsPutBackIsFound() throws IOException {
        Path backup = directory.resolve("old.db");
        try (Database db = Database.open(file)) {
            db.backup(backup);
            db.agents().create(agent("later"));
        }
        String head = head();
        assertThat(run("verify", "--since", head)).isZero();
        Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(directory.resolve("audited.db-wal"));
        Files.deleteIfExists(directory.resolve("audited.db-shm"));

        assertThat(run("verify")).isZero();
        assertThat(run("verify", "--since", head)).isEqualTo(4);
        assertThat(out.toString()).startsWith("entry 3: the chain ends before the known head");
    }

    /** Its connection knows nothing of this library. */
    @Test
    void otherProgramsAreRecorded() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE agents SET mode = 'human'");
        }
        try (Database db = Database.open(file)) {
            AuditEntry entry = db.audit().listByRecord("agents", id, PageRequest.first(10)).items().stream()
                    .filter(each -> each.changes().toNode().has("mode"))
                    .findFirst()
                    .orElseThrow();
            assertThat(entry.actor()).isNull();
            assertThat(entry.changes().toNode().get("mode")).hasToString("[\"llm\",\"human\"]");
        }
    }

    /** SQLite would not drop a column that a trigger reads. */
    @Test
    void migrationsMakeTheTriggersAnew() throws IOException {
        Path scripts = Files.createDirectories(directory.resolve("own"));
        Files.writeString(
                scripts.resolve("V1__notes.sql"), "CREATE TABLE notes (id TEXT PRIMARY KEY, a TEXT, b TEXT);");
        open(scripts).close();
        try (Database db = open(scripts)) {
            db.useTx(tx -> tx.dsl().execute("INSERT INTO notes VALUES ('n1', 'x', 'y')"));
        }
        Files.writeString(
                scripts.resolve("V2__more.sql"),
                "ALTER TABLE notes DROP COLUMN a;\nALTER TABLE notes ADD COLUMN c TEXT;\nUPDATE notes SET c = 'z';");
        try (Database db = open(scripts)) {
            db.useTx(tx -> tx.dsl().execute("UPDATE notes SET c = 'w'"));
            assertThat(db.audit()
                            .listByRecord("notes", "n1", PageRequest.first(10))
                            .items())
                    .extracting(entry -> entry.changes().toString())
                    .containsExactly("{\"c\":[\"z\",\"w\"]}", "{\"id\":\"n1\",\"a\":\"x\",\"b\":\"y\"}");
            assertThat(db.doctor().findings())
                    .extracting(finding -> finding.code())
                    .doesNotContain("audit-trigger-missing");
        }
    }

    private Database open(Path scripts) {
        return Database.builder()
                .path(file)
                .migrations("own", "filesystem:" + scripts)
                .open();
    }
}
