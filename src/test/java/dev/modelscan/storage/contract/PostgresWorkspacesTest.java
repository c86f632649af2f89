package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.PostgresServer;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.Workspaces;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** Workspaces that are schemas of a PostgreSQL database. */
class PostgresWorkspacesTest extends WorkspacesContract {

    private final String url = newDatabase();

    private static String newDatabase() {
        try {
            return PostgresServer.newDatabase("");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    DatabaseBuilder builder() {
        return Database.builder().url(url);
    }

    private void run(String sql) throws SQLException {
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
        run("SET search_path TO " + workspace + "; " + String.join(";", statements));
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

    @Override
    void makeOld(String name, int version) {
        Flyway.configure()
                .dataSource(url, null, null)
                .defaultSchema(name)
                .locations("classpath:dev/modelscan/storage/migration/postgresql")
                .table("modelscan_schema_history")
                .target(String.valueOf(version))
                .load()
                .migrate();
    }

    @Override
    boolean leavesAnything(String name) throws SQLException {
        return number("SELECT count(*) FROM pg_namespace WHERE nspname = '" + name + "'") > 0;
    }

    @Test
    void allWorkspacesShareThePool() throws Exception {
        try (Workspaces small = builder().poolSize(2).openWorkspaces()) {
            for (int i = 0; i < 5; i++) {
                Database db = small.open("ws_" + i);
                assertThat(db.agents().list(1, 0)).isEmpty();
            }
            String mine = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND application_name = 'modelscan-storage'";
            // The suite's own workspaces have one, too.
            assertThat(number(mine)).isBetween(1, 3);
        }
    }

    @Test
    void aSchemaThatIsEmptyBecomesTheWorkspace() throws SQLException {
        run("CREATE SCHEMA acme");
        assertThat(workspaces.exists("acme")).isFalse();
        workspaces.create("acme");
        assertThat(workspaces.list()).containsExactly("acme");
    }

    @Test
    void theListHoldsNoSchemaThatCannotBeAWorkspace() throws SQLException {
        builder().open().close();
        makeOld("Capital", 1);
        assertThat(workspaces.list()).isEmpty();
        assertThat(workspaces.migrateAll(1, progress -> {})).isEmpty();
    }

    @Test
    void whatSomebodyElseHasLockedIsNotDropped() throws SQLException {
        workspaces.create("acme");
        try (Workspaces hasty = builder().busyTimeout(Duration.ofMillis(100)).openWorkspaces();
                Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM acme.agents");
            assertThatThrownBy(() -> hasty.drop("acme", "acme"))
                    .isExactlyInstanceOf(BusyException.class)
                    .hasMessageContaining("workspace acme")
                    .hasMessageContaining("in use");
            other.rollback();
            assertThat(hasty.exists("acme")).isTrue();
            other.setAutoCommit(true);
            statement.execute("SELECT pg_advisory_lock(hashtextextended('modelscan-storage acme', 0))");
            assertThatThrownBy(() -> hasty.drop("acme", "acme"))
                    .isExactlyInstanceOf(BusyException.class)
                    .hasMessageContaining("is being migrated");
            assertThat(hasty.exists("acme")).isTrue();
        }
        workspaces.drop("acme", "acme");
        assertThat(workspaces.exists("acme")).isFalse();
    }

    @Test
    void aRoleThatMayNotSaysWhatToGrant() throws SQLException {
        String role = PostgresServer.newRole();
        workspaces.create("theirs");
        DatabaseBuilder restricted = Database.builder().url(PostgresServer.urlAs(role, url));
        try (Workspaces own = restricted.openWorkspaces()) {
            assertThatThrownBy(() -> own.open("acme"))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("workspace acme")
                    .hasMessageContaining("Grant it CREATE on the database");
            assertThat(own.list()).isEmpty();
            assertThatThrownBy(() -> own.open("theirs"))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("grant it USAGE");
            assertThatThrownBy(() -> own.drop("theirs", "theirs"))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("belongs to another role");
            run("CREATE SCHEMA acme AUTHORIZATION " + role);
            own.open("acme").close();
            assertThat(own.list()).containsExactly("acme");
            own.drop("acme", "acme");
        } finally {
            run("DROP OWNED BY " + role);
        }
        assertThat(workspaces.list()).containsExactly("theirs");
    }

    @Test
    void aDatabaseThatCannotHoldEveryTextIsRefused() throws SQLException {
        String ascii =
                PostgresServer.newDatabase("ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        for (String name : List.of("acme", "globex")) {
            assertThatThrownBy(
                            () -> Database.builder().url(ascii).workspace(name).open())
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("has the encoding SQL_ASCII")
                    .hasMessageContaining("ENCODING 'UTF8'");
        }
        assertThatThrownBy(() -> Database.builder().url(ascii).openWorkspaces())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("SQL_ASCII");
    }

    @Test
    void aServerThatCannotBeReachedIsSaidAtOnce() {
        assertThatThrownBy(() -> Database.builder()
                        .url("jdbc:postgresql://localhost:1/none")
                        .busyTimeout(Duration.ofMillis(300))
                        .openWorkspaces())
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("localhost:1");
    }
}
