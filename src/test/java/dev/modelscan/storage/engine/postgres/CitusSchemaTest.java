package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.Main;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Which schemas the library distributes with Citus, and what it reports about others. There is no cluster: a
 * database of the tests' server gets Citus' list of distributed schemas, and a function with the name of
 * Citus' function that adds to the list and moves nothing.
 */
class CitusSchemaTest {

    private static String url;

    @BeforeAll
    static void makeDatabase() throws SQLException {
        url = PostgresServer.newDatabase("");
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("SET allow_system_table_mods = on");
            statement.execute("CREATE TABLE pg_catalog.pg_dist_schema (schemaid oid, colocationid int)");
            statement.execute("GRANT SELECT ON pg_catalog.pg_dist_schema TO public");
            // Citus' function rejects everybody except the owner.
            statement.execute("CREATE FUNCTION pg_catalog.citus_schema_distribute(regnamespace) RETURNS void"
                    + " LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN IF session_user <> (SELECT nspowner::regrole::text"
                    + " FROM pg_namespace WHERE oid = $1) THEN RAISE EXCEPTION 'must be owner of schema' USING ERRCODE"
                    + " = '42501'; END IF; INSERT INTO pg_dist_schema VALUES ($1, 1); END $$");
        } catch (SQLException e) {
            Assumptions.assumeFalse("42501".equals(e.getSQLState()), e.getMessage());
            throw e;
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean isDistributed(String schema) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT 1 FROM pg_catalog.pg_dist_schema WHERE schemaid = '" + schema + "'::regnamespace")) {
            return rows.next();
        }
    }

    @Test
    void anEmptySchemaThatWasGivenIsDistributed() throws SQLException {
        execute("CREATE SCHEMA given");
        try (Database db = Database.builder().url(url).workspace("given").open()) {
            assertThat(isDistributed("given")).isTrue();
            assertThat(db.healthCheck().notes()).isEmpty();
            assertThat(db.healthCheck().isHealthy()).isTrue();
        }
    }

    @Test
    void aRoleThatMayNotDistributeIsToldWhereItsTablesAre() throws SQLException {
        String role = PostgresServer.newRole();
        execute("CREATE SCHEMA lent");
        execute("GRANT ALL ON SCHEMA lent TO " + role);
        String asRole = PostgresServer.urlAs(role, url);
        try (Database db = Database.builder().url(asRole).workspace("lent").open()) {
            assertThat(isDistributed("lent")).isFalse();
            assertThat(db.healthCheck().isHealthy()).isTrue();
            assertThat(db.healthCheck().notes())
                    .singleElement()
                    .asString()
                    .contains("lent", "coordinator", "citus_schema_distribute");
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                new String[] {"workspaces", "list", "--db", asRole}, new PrintWriter(out), new PrintWriter(err));
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString()).contains("lent");
        assertThat(err.toString()).contains("note: workspace lent").doesNotContain("given");
    }

    /**
     * Like a schema from before Citus: distributing it moves rows and locks tables, so the owner must decide.
     */
    @Test
    void aWorkspaceOnTheCoordinatorIsLeftThere() throws SQLException {
        Database.builder().url(url).workspace("before").open().close();
        execute("DELETE FROM pg_catalog.pg_dist_schema WHERE schemaid = 'before'::regnamespace");
        try (Database db = Database.builder().url(url).workspace("before").open()) {
            assertThat(isDistributed("before")).isFalse();
            assertThat(db.healthCheck().notes()).singleElement().asString().contains("before");
        }
    }

    @Test
    void withoutCitusThereIsNothingToTell() {
        try (Workspaces workspaces =
                Database.builder().url(PostgresServer.url()).openWorkspaces()) {
            assertThat(workspaces.notes()).isEmpty();
        }
    }
}
