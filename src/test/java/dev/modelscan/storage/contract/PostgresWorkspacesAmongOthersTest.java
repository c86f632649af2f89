package dev.modelscan.storage.contract;

import dev.modelscan.storage.support.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Workspaces in the server's database, next to those of others. This needs no right to create a database, and
 * on a cluster they are distributed schemas, because Citus is installed there.
 */
@EnabledIf("dev.modelscan.storage.support.PostgresServer#mayBeAnothers")
class PostgresWorkspacesAmongOthersTest extends PostgresWorkspacesContract {

    private final String prefix = PostgresServer.newSchemaName() + "_";

    PostgresWorkspacesAmongOthersTest() {
        super(PostgresServer.url());
    }

    @Override
    String name(String plain) {
        return prefix + plain;
    }

    /** One after the other, because each takes many locks. */
    @AfterEach
    void dropAll() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            List<String> schemas = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(
                    "SELECT quote_ident(nspname) FROM pg_namespace WHERE starts_with(nspname, '" + prefix + "')")) {
                while (rows.next()) {
                    schemas.add(rows.getString(1));
                }
            }
            statement.execute("SET lock_timeout = '5s'");
            for (String schema : schemas) {
                statement.execute("DROP SCHEMA " + schema + " CASCADE");
            }
        }
    }
}
