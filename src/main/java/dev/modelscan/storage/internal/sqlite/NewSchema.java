package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The schema that the library's migrations make of an empty database, with their history. The migrations themselves, which
 * make and change it step by step, take several times as long, and Flyway has to be loaded first.
 */
final class NewSchema {

    /** The statements that make it again, in order. The history's times are left out: the default is now. */
    private static final String STATEMENTS = """
            SELECT sql FROM (
                SELECT rowid AS number, sql FROM sqlite_schema WHERE sql IS NOT NULL
                UNION ALL
                SELECT 1000000 + installed_rank, format(
                    'INSERT INTO %1$s (installed_rank, version, description, type, script, checksum, installed_by,'
                        || ' execution_time, success) VALUES (%%d, %%Q, %%Q, %%Q, %%Q, %%d, %%Q, 0, 1)',
                    installed_rank, version, description, type, script, checksum, installed_by)
                FROM %1$s)
            ORDER BY number""".formatted(SchemaState.HISTORY_TABLE);

    private static @Nullable NewSchema made;

    private final SqliteConnections memory = SqliteConnections.toMemory(Duration.ofSeconds(1));

    /** The database in memory lives as long as this is open. */
    private final Connection kept;

    private final String script;

    private NewSchema() throws SQLException {
        kept = memory.openMigrator();
        run(kept, new SqliteEngine().migrationSql(null, 0, Long.MAX_VALUE));
        run(kept, "UPDATE " + SchemaState.HISTORY_TABLE + " SET installed_by = ''");
        StringBuilder all = new StringBuilder();
        try (Statement statement = kept.createStatement();
                ResultSet rows = statement.executeQuery(STATEMENTS)) {
            while (rows.next()) {
                all.append(rows.getString(1)).append(";\n");
            }
        }
        script = all.toString();
    }

    /** Makes it in the connection's transaction. The database has to be empty. */
    static void make(Connection connection) throws SQLException {
        run(connection, made().script);
    }

    /** Makes it in an empty database in memory, in half the time. */
    static void copyTo(SqliteConnections empty) throws SQLException {
        empty.copyFrom(made().memory);
    }

    private static synchronized NewSchema made() throws SQLException {
        NewSchema known = made;
        if (known == null) {
            known = new NewSchema();
            made = known;
        }
        return known;
    }

    private static void run(Connection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // The driver passes on the whole text, and SQLite splits it into statements.
            statement.executeUpdate(script);
        }
    }
}
