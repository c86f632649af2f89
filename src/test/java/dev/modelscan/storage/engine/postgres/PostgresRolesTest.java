package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.Main;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.OlderSchema;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The roles of docs/scaling.md, made by the SQL of that page, have the rights that the page says. */
@Timeout(60)
class PostgresRolesTest {

    private static final Pattern SQL = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

    private static String url;
    private static String owner;
    private static String app;
    private static String reader;

    @BeforeAll
    static void makeRoles() throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            assumeTrue(PostgresServer.isSuperuser(connection));
        }
        url = PostgresServer.newDatabase("");
        owner = PostgresServer.newRoleName();
        app = PostgresServer.newRoleName();
        reader = PostgresServer.newRoleName();
        onServer(documented(0));
    }

    /** A block of the page's SQL, with the names that the test has. */
    private static String documented(int block) throws IOException {
        String page = Files.readString(Path.of("docs/scaling.md"));
        int begin = page.indexOf("## Roles");
        List<String> blocks = SQL.matcher(page.substring(begin, page.indexOf("\n## ", begin)))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(blocks).hasSize(3);
        return blocks.get(block)
                .replace("DATABASE modelscan ", "DATABASE " + url.replaceFirst(".*/([^?]*).*", "$1") + " ")
                .replace("modelscan_owner", owner)
                .replace("modelscan_app", app)
                .replace("modelscan_reader", reader)
                .replaceAll("ROLE (\\w+) LOGIN PASSWORD 'secret'", "ROLE $1 LOGIN PASSWORD '$1'");
    }

    private static void onServer(String sql) throws SQLException {
        on(url, sql);
    }

    private static void on(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static DatabaseBuilder as(String role) {
        return as(role, url);
    }

    private static DatabaseBuilder as(String role, String database) {
        return Database.builder().url(PostgresServer.urlAs(role, database)).poolSize(2);
    }

    private static DatabaseBuilder application(String workspace) {
        return Database.builder()
                .url(url.replaceFirst("\\?.*", ""))
                .user(app)
                .password(app)
                .readUrl(PostgresServer.urlAs(reader, url))
                .poolSize(2)
                .workspace(workspace)
                .validateOnly();
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    private static void assertLacks(Runnable call, Class<? extends StorageException> type, String... says) {
        assertThatThrownBy(call::run).isExactlyInstanceOf(type).hasMessageContainingAll(says);
    }

    @Test
    void theApplicationWritesAndTheReaderReadsWhatTheOwnerHasMade() {
        as(owner).workspace("acme").open().close();
        try (Database db = application("acme").open()) {
            ConversationId conversation = new FilledDatabase(db).conversation;
            assertThat(db.dsl().fetchCount(AGENTS))
                    .isEqualTo(db.agents().list(1_000, 0).size());
            assertThat(db.dsl().fetchValue("SELECT current_user::text")).isEqualTo(reader);
            assertThat(db.erasure()
                            .erase(ErasureRequest.conversation(conversation))
                            .scrubbed())
                    .isFalse();
            assertThat(db.dsl().fetchCount(MESSAGES, MESSAGES.CONVERSATION_ID.eq(conversation)))
                    .isZero();
            assertThat(db.doctor().findings()).noneMatch(finding -> finding.severity() == Severity.ERROR);
        }
        try (Database db = as(reader).workspace("acme").readOnly().open()) {
            assertThat(db.agents().list(10, 0)).isNotEmpty();
        }
        assertLacks(() -> as(app).workspace("more").open(), SchemaException.class, "GRANT CREATE ON DATABASE", app);
        try (Workspaces workspaces = as(app).validateOnly().openWorkspaces()) {
            assertThat(workspaces.list()).contains("acme");
            assertLacks(() -> workspaces.drop("acme", "acme"), SchemaException.class, "belongs to another role");
        }
        try (Workspaces workspaces = as(owner).openWorkspaces()) {
            workspaces.drop("acme", "acme");
        }
    }

    @Test
    void theOwnerAloneScrubs() {
        as(owner).workspace("scrubbed").open().close();
        try (Database db = application("scrubbed").open()) {
            ConversationId conversation = new FilledDatabase(db).conversation;
            assertLacks(() -> db.erasure().scrub(), StorageException.class, "agents", "run erase scrub as " + owner);
            Run erased = run(app, "erase", "conversation", conversation.value(), "--workspace", "scrubbed");
            assertThat(erased.code()).isEqualTo(1);
            assertThat(erased.text()).contains("run erase scrub as " + owner);
            assertThat(run(app, "erase", "scrub", "--workspace", "scrubbed", "--json")
                            .code())
                    .isEqualTo(1);
            assertThat(run(reader, "erase", "scrub", "--workspace", "scrubbed").code())
                    .isEqualTo(1);
            Run json = run(app, "erase", "conversation", conversation.value(), "--workspace", "scrubbed", "--json");
            assertThat(json.code()).isEqualTo(1);
            assertThat(json.text()).contains("\"scrubbed\" : false");
        }
        assertThat(run(owner, "erase", "scrub", "--workspace", "scrubbed").code())
                .isZero();
    }

    private record Run(int code, String text) {}

    private static Run run(String role, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--db", PostgresServer.urlAs(role, url)));
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        return new Run(Main.run(all.toArray(String[]::new), out, out), text.toString());
    }

    @Test
    void theDoctorTellsAMissingRightFromAMissingColumn() throws SQLException {
        as(owner).workspace("healthy").open().close();
        onServer("REVOKE SELECT ON healthy.scores, healthy.tasks FROM " + app);
        try (Database db = application("healthy").open()) {
            assertThat(db.doctor().findings()).noneMatch(finding -> finding.severity() == Severity.ERROR);
        }
        try (Database db = as(app).workspace("healthy").validateOnly().open()) {
            assertLacks(() -> db.doctor().findings(), StorageException.class, "permission denied", "GRANT");
        }
    }

    @Test
    void aSchemaOfAnotherProgramIsNamedSo() throws SQLException {
        String[] objects = {
            "TABLE %s.things (id int)",
            "VIEW %s.things AS SELECT 1",
            "SEQUENCE %s.things",
            "TYPE %s.things AS ENUM ('a')",
            "FUNCTION %s.things() RETURNS int LANGUAGE sql AS 'SELECT 1'"
        };
        for (int i = 0; i < objects.length; i++) {
            String name = "foreign_" + i;
            onServer("CREATE SCHEMA " + name + " AUTHORIZATION " + owner + "; CREATE " + objects[i].formatted(name));
            String[] says = {"things", "another program", "Name another workspace"};
            assertLacks(() -> as(owner).workspace(name).open(), SchemaException.class, says);
            assertLacks(() -> as(owner).workspace(name).validateOnly().open(), SchemaException.class, says);
            try (Workspaces workspaces = as(owner).openWorkspaces()) {
                assertLacks(() -> workspaces.open(name), SchemaException.class, says);
                assertLacks(() -> workspaces.create(name), SchemaException.class, says);
            }
            assertThat(run(owner, "workspaces", "create", name).text()).contains(says);
        }
        assertLacks(
                () -> Database.builder()
                        .url(PostgresServer.urlAs(owner, url) + "&currentSchema=foreign_0")
                        .open(),
                SchemaException.class,
                "things",
                "Name a workspace, which gets a schema of its own");
    }

    @Test
    void anErrorOfReadUrlNamesIt() throws SQLException {
        as(owner).workspace("read").open().close();
        onServer("REVOKE USAGE ON SCHEMA read FROM " + reader);
        String elsewhere = "jdbc:postgresql://localhost:1/nowhere";
        for (String readUrl : List.of(PostgresServer.urlAs(reader, url), PostgresServer.url(), elsewhere)) {
            try (Database db = as(app).readUrl(readUrl)
                    .busyTimeout(Duration.ofMillis(700))
                    .workspace("read")
                    .validateOnly()
                    .open()) {
                assertThat(db.healthCheck().problems())
                        .singleElement()
                        .asString()
                        .contains("readUrl");
                if (!readUrl.equals(elsewhere)) {
                    assertLacks(
                            () -> db.dsl().fetchCount(AGENTS), UnavailableException.class, "readUrl", "GRANT USAGE");
                }
            }
        }
    }

    @Test
    void aRoleThatMayNotConnectLearnsWhatItLacks() throws SQLException {
        String database = url.replaceFirst(".*/([^?]*).*", "$1");
        onServer("REVOKE CONNECT ON DATABASE " + database + " FROM PUBLIC");
        try {
            assertThatThrownBy(() -> as(app).workspace("any").open())
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("GRANT CONNECT ON DATABASE")
                    .hasMessageNotContaining("cannot be reached");
        } finally {
            onServer("GRANT CONNECT ON DATABASE " + database + " TO PUBLIC");
        }
        assertThatThrownBy(() -> Database.builder()
                        .url(PostgresServer.urlAs(app, url) + "&sslmode=require")
                        .workspace("any")
                        .open())
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("sslmode")
                .hasMessageNotContaining("cannot be reached");
    }

    @Test
    void theApplicationMayNotChangeTheHistory() throws SQLException, IOException {
        as(owner).workspace("past").open().close();
        onServer("SET ROLE " + owner + ";" + documented(2).replace("acme.", "past."));
        try (Database db = application("past").open()) {
            db.agents().create(agent("a"));
            assertLacks(
                    () -> db.useTx(tx -> tx.dsl().execute("DELETE FROM modelscan_schema_history")),
                    StorageException.class,
                    "permission denied");
        }
    }

    @Test
    void theNextMigrationsTablesNeedNoGrant(@TempDir Path directory) throws IOException, SQLException {
        Files.writeString(directory.resolve("V1__notes.sql"), "CREATE TABLE notes (id int PRIMARY KEY)");
        String own = "filesystem:" + directory;
        onServer("SET ROLE " + owner + "; CREATE SCHEMA growing");
        OlderSchema.of("postgresql", PostgresServer.urlAs(owner, url), 9)
                .defaultSchema("growing")
                .load()
                .migrate();
        assertLacks(() -> application("growing").open(), SchemaException.class, "V10__audit_log.sql");
        assertLacks(() -> as(app).workspace("growing").open(), SchemaException.class, "Run migrate as " + owner);

        as(owner).workspace("growing").migrations(own).open().close();

        try (Database db = application("growing").migrations(own).open()) {
            db.agents().create(agent("a"));
            db.useTx(tx -> tx.dsl().execute("INSERT INTO notes VALUES (1)"));
            assertThat(db.dsl().fetchValue("SELECT count(*) FROM notes")).isEqualTo(1L);
            assertThat(db.dsl().fetchValue("SELECT count(*) FROM audit_entries"))
                    .isEqualTo(0L);
        }
    }

    @Test
    void theOwnerAloneMakesTheIndexAndTheTriggers() {
        as(owner).workspace("seen").open().close();
        try (Database db = application("seen").open();
                Database owning = as(owner).workspace("seen").open();
                Database reading = as(reader).workspace("seen").readOnly().open()) {
            assertLacks(() -> db.search().enable(), StorageException.class, "the owner of the library's tables may");
            assertLacks(() -> db.audit().enable(), StorageException.class, "the owner of the library's tables may");
            owning.search().enable();
            owning.audit().enable();

            new FilledDatabase(db);

            for (Database each : List.of(db, reading)) {
                assertThat(each.search().find("hello", PageRequest.first(5)).items())
                        .isNotEmpty();
            }
            assertThat(db.audit().verify().pending()).isZero();
            assertThat(db.audit().list(PageRequest.first(5)).items()).isNotEmpty();
            assertLacks(() -> db.search().disable(), StorageException.class, "the owner of the library's tables may");
            assertLacks(() -> db.search().rebuild(), StorageException.class, "the owner of the library's tables may");
            assertLacks(() -> db.audit().disable(), StorageException.class, "the owner of the library's tables may");
        }
    }

    @Test
    void aSchemaThatSomebodyElseMadeNeedsTheGrantsOfThePage() throws SQLException, IOException {
        onServer("CREATE SCHEMA given AUTHORIZATION " + owner);
        as(owner).workspace("given").open().close();
        onServer("REVOKE ALL ON ALL TABLES IN SCHEMA given FROM " + app + ", " + reader);
        assertLacks(() -> application("given").open(), SchemaException.class, "GRANT USAGE", app);
        onServer("GRANT USAGE ON SCHEMA given TO " + app);
        assertLacks(
                () -> application("given").open(),
                SchemaException.class,
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"given\" TO \"" + app + "\"");
        onServer("GRANT SELECT ON ALL TABLES IN SCHEMA given TO " + app);
        try (Database db = application("given").open()) {
            assertLacks(
                    () -> db.agents().create(agent("a")),
                    StorageException.class,
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"given\" TO \"" + app + "\"");
            assertLacks(
                    () -> db.dsl().fetchCount(AGENTS),
                    StorageException.class,
                    "GRANT SELECT ON ALL TABLES IN SCHEMA \"given\" TO \"" + reader + "\"");
        }
        assertThatThrownBy(() -> as(reader).workspace("given").readOnly().open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("GRANT USAGE ON SCHEMA \"given\" TO \"" + reader)
                .hasMessageNotContaining("CREATE");

        onServer(documented(1).replace("SCHEMA acme", "SCHEMA given"));

        try (Database db = application("given").open()) {
            db.agents().create(agent("a"));
            assertThat(db.dsl().fetchCount(AGENTS)).isOne();
        }
        try (Database db = as(reader).workspace("given").validateOnly().open()) {
            assertLacks(() -> db.agents().create(agent("b")), StorageException.class, "GRANT SELECT, INSERT", reader);
        }
    }

    @Test
    void withoutAWorkspaceTheOwnerCreatesInPublic() throws SQLException, IOException {
        String own = PostgresServer.newDatabase("");
        on(own, documented(0).replaceAll("(?m)^(CREATE ROLE|GRANT CREATE ON DATABASE) .*;$", ""));
        on(own, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        String grant = "GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"" + owner + "\"";
        assertLacks(() -> as(owner, own).open(), SchemaException.class, grant);
        on(own, "GRANT CREATE ON SCHEMA public TO " + owner);
        as(owner, own).open().close();
        try (Database db = as(app, own).validateOnly().open()) {
            db.agents().create(agent("a"));
        }
        try (Database db = as(reader, own).readOnly().open()) {
            assertThat(db.agents().list(10, 0)).hasSize(1);
        }
    }

    @Test
    void aSerialColumnNeedsTheRightOnItsSequenceAndAnIdentityColumnDoesNot(@TempDir Path directory)
            throws IOException, SQLException {
        Files.writeString(
                directory.resolve("V1__notes.sql"),
                "CREATE TABLE numbered (id serial PRIMARY KEY, text text);"
                        + "CREATE TABLE identified (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)");
        String own = "filesystem:" + directory;
        as(owner).workspace("counted").migrations(own).open().close();
        try (Database db = application("counted").migrations(own).open()) {
            db.useTx(tx -> tx.dsl().execute("INSERT INTO identified (text) VALUES ('a')"));
            Runnable insert = () -> db.useTx(tx -> tx.dsl().execute("INSERT INTO numbered (text) VALUES ('a')"));
            assertLacks(insert, StorageException.class, "permission denied for sequence");
            onServer("GRANT USAGE ON ALL SEQUENCES IN SCHEMA counted TO " + app);
            insert.run();
        }
    }
}
