package dev.modelscan.storage;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.engines.Locations;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.OlderSchema;
import dev.modelscan.storage.support.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host finds in its log at INFO, in a separate process, because some lines are logged once. */
class HostLogTest {

    private static final String MARK = "LOGGED";

    @TempDir
    private Path directory;

    private Path configuration;

    @BeforeEach
    void writeConfiguration() throws IOException {
        configuration = directory.resolve("logback.xml");
        Files.writeString(configuration, """
                <configuration>
                  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%s %%level %%logger: %%msg%%n</pattern></encoder>
                  </appender>
                  <root level="INFO"><appender-ref ref="console"/></root>
                </configuration>
                """.formatted(MARK));
    }

    private static void migrateTo(int version, Path file, String... changes) throws SQLException {
        String url = "jdbc:sqlite:" + file;
        OlderSchema.of("sqlite", url, version).load().migrate();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA application_id = " + SqliteConnections.APPLICATION_ID);
            for (String change : changes) {
                statement.execute(change);
            }
        }
    }

    private List<String> logged(String... arguments) throws Exception {
        String output = ChildProcess.start(
                        directory,
                        HostLogTest.class,
                        List.of("-Dlogback.configurationFile=" + configuration),
                        arguments)
                .output();
        assertThat(output).as(output).contains("done");
        return output.lines().filter(line -> line.contains(MARK)).toList();
    }

    @Test
    void newAndOldDatabasesAreOpenedWithoutALine() throws Exception {
        Path old = directory.resolve("old.db");
        migrateTo(3, old);
        assertThat(logged("use", directory.resolve("new.db").toString(), old.toString()))
                .isEmpty();
    }

    @Test
    void aSchemaIsOpenedWithoutALine() throws Exception {
        String url = PostgresServer.newDatabase("");
        assertThat(logged("use", url, url)).isEmpty();
    }

    /** The exception says everything; a log line would repeat it. */
    @Test
    void aMigrationThatFailsIsNotLoggedBesideItsException() throws Exception {
        Path file = directory.resolve("broken.db");
        migrateTo(3, file, "CREATE TABLE workflows (id TEXT)");
        assertThat(logged("fail", file.toString())).isEmpty();
    }

    @Test
    void whatAHostsOwnFlywaySaysIsStillLogged() throws Exception {
        List<String> logged = logged(
                "own",
                directory.resolve("new.db").toString(),
                directory.resolve("hosts.db").toString());
        assertThat(logged).isNotEmpty().allMatch(line -> line.contains("org.flywaydb"));
    }

    @Test
    void aHostThatWantsATipGetsIt() throws Exception {
        assertThat(logged("tip")).singleElement().asString().contains("org.jooq.Constants");
    }

    public static void main(String[] arguments) {
        List<String> places = List.of(arguments).subList(1, arguments.length);
        switch (arguments[0]) {
            case "use" -> places.forEach(HostLogTest::use);
            case "fail" -> {
                try (Database db = Database.open(places.get(0))) {
                    throw new IllegalStateException("opened " + db.file());
                } catch (SchemaException e) {
                    assertThat(e).hasMessageContaining("workflows");
                }
            }
            case "own" -> {
                // Created before the library migrates, like a framework does, and used afterwards.
                Flyway own = OlderSchema.of("sqlite", "jdbc:sqlite:" + places.get(1), 2)
                        .load();
                use(places.get(0));
                own.migrate();
            }
            case "tip" -> {
                System.setProperty("org.jooq.no-tips", "false");
                use("tip.db");
                assertThat(System.clearProperty("org.jooq.no-tips")).isEqualTo("false");
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        assertThat(System.getProperties()).doesNotContainKeys("org.jooq.no-logo", "org.jooq.no-tips");
        System.out.println("done");
    }

    private static void use(String place) {
        try (Database db =
                Locations.isUrl(place) ? Database.builder().url(place).open() : Database.open(place)) {
            db.agents()
                    .create(Agent.builder()
                            .name("agent " + AgentId.next())
                            .mode("llm")
                            .build());
            assertThat(db.dsl().fetchCount(AGENTS)).isPositive();
            db.useTx(tx -> tx.dsl().update(AGENTS).set(AGENTS.MODE, "x").execute());
        }
    }
}
