package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.support.OlderSchema;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import dev.modelscan.storage.workspaces.Workspaces;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Workspaces that are schemas of a PostgreSQL database. */
abstract class PostgresWorkspacesContract extends WorkspacesContract {

    private final String url;

    /** In the database of that URL. */
    PostgresWorkspacesContract(String url) {
        this.url = url;
    }

    final String url() {
        return url;
    }

    @Override
    DatabaseBuilder builder() {
        return Database.builder().url(url);
    }

    @Override
    DatabaseBuilder smallBuilder() {
        return builder().poolSize(2);
    }

    final void run(String sql) throws SQLException {
        run(url, sql);
    }

    private static void run(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Override
    void execute(String workspace, String... statements) throws SQLException {
        for (String sql : statements) {
            run(PostgresServer.with("currentSchema=" + workspace, url), sql);
        }
    }

    @Override
    void makeForeign(String name) throws SQLException {
        run("CREATE SCHEMA " + name);
        execute(name, "CREATE TABLE things (id integer)", "INSERT INTO things VALUES (1)");
    }

    @Override
    int countForeign(String name) throws SQLException {
        return number("SELECT count(*) FROM " + name + ".things");
    }

    /** With the setting that Citus needs, which other servers ignore. */
    @Override
    void makeOld(String name, int version) {
        OlderSchema.of("postgresql", url, version)
                .initSql("SET citus.enable_schema_based_sharding = on; SET citus.enable_unsafe_triggers = on")
                .defaultSchema(name)
                .load()
                .migrate();
    }

    @Override
    boolean leavesAnything(String name) throws SQLException {
        return number("SELECT count(*) FROM pg_namespace WHERE nspname = '" + name + "'") > 0;
    }

    @Test
    void allWorkspacesShareThePools() throws Exception {
        String application = PostgresServer.newSchemaName();
        DatabaseBuilder named = Database.builder().url(PostgresServer.with("ApplicationName=" + application, url));
        try (Workspaces small = named.poolSize(2).openWorkspaces()) {
            for (int i = 0; i < 5; i++) {
                Database db = small.open(name("ws_" + i));
                assertThat(db.agents().list(1, 0)).isEmpty();
            }
            String connections = "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + application + "'";
            // The server needs some time to end the migrations' sessions.
            for (int i = 0; i < 100 && number(connections) > 2; i++) {
                Thread.sleep(50);
            }
            assertThat(number(connections)).isBetween(1, 2);
            for (int i = 0; i < 5; i++) {
                assertThat(small.open(name("ws_" + i)).dsl().fetchCount(AGENTS)).isZero();
            }
            assertThat(number(connections)).isBetween(2, 4);
        }
    }

    @Test
    void aSchemaThatIsEmptyBecomesTheWorkspace() throws SQLException {
        run("CREATE SCHEMA " + name("acme"));
        assertThat(workspaces.exists(name("acme"))).isFalse();
        workspaces.create(name("acme"));
        assertThat(mine(workspaces)).containsExactly("acme");
    }

    /** A server writes a trigger with OLD and NEW in lower case, and with the workspace's name before its function. */
    @Test
    void aWorkspaceWhoseNameIsInThatOfARowIsHealthy() {
        for (String plain : List.of("w", "d", "new", "old", "user")) {
            try (Database db = workspaces.open(name(plain))) {
                assertThat(db.doctor().findings()).as(plain).isEmpty();
            }
        }
    }

    /** Whoever drops it has the lock that a migration waits for. */
    @Test
    void whatIsDroppedWhileAMigrationWaitsIsNotMadeAgain() throws Exception {
        makeOld(name("acme"), 1);
        String application = PostgresServer.newSchemaName();
        try (Workspaces migrating = Database.builder()
                        .url(PostgresServer.with("ApplicationName=" + application, url))
                        .openWorkspaces();
                Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended('modelscan-storage " + name("acme") + "', 0))");
            CompletableFuture<List<WorkspaceMigration>> all =
                    OwnThread.supply(() -> migrating.migrateAll(1, progress -> {}));
            String waits = "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + application
                    + "' AND query LIKE '%pg_try_advisory_xact_lock%'";
            while (number(waits) == 0) {
                assertThat(all).isNotDone();
                Thread.sleep(1);
            }
            statement.execute("DROP SCHEMA " + name("acme") + " CASCADE");
            other.commit();
            assertThat(all.get(60, TimeUnit.SECONDS))
                    .filteredOn(migration -> migration.name().equals(name("acme")))
                    .singleElement()
                    .extracting(WorkspaceMigration::failure)
                    .isExactlyInstanceOf(NotFoundException.class);
        }
        assertThat(leavesAnything(name("acme"))).isFalse();
    }

    @Test
    void whatSomebodyElseHasLockedIsNotDropped() throws SQLException {
        workspaces.create(name("acme"));
        try (Workspaces hasty = builder().busyTimeout(Duration.ofMillis(100)).openWorkspaces();
                Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM " + name("acme") + ".agents");
            assertThatThrownBy(() -> hasty.drop(name("acme"), name("acme")))
                    .isExactlyInstanceOf(BusyException.class)
                    .hasMessageContaining("workspace " + name("acme"))
                    .hasMessageContaining("in use");
            other.rollback();
            assertThat(hasty.exists(name("acme"))).isTrue();
            other.setAutoCommit(true);
            statement.execute("SELECT pg_advisory_lock(hashtextextended('modelscan-storage " + name("acme") + "', 0))");
            assertThatThrownBy(() -> hasty.drop(name("acme"), name("acme")))
                    .isExactlyInstanceOf(BusyException.class)
                    .hasMessageContaining("is being migrated");
            assertThat(hasty.exists(name("acme"))).isTrue();
            // Closing does not wait until the server has ended the session.
            statement.execute("SELECT pg_advisory_unlock_all()");
        }
        workspaces.drop(name("acme"), name("acme"));
        assertThat(workspaces.exists(name("acme"))).isFalse();
    }
}
