package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.sqlite.SqliteMigrator;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The state of a database's schema, found without writing. */
public final class SchemaState {

    public enum Kind {
        /** No tables: a new database, or one whose creator stopped before the first migration. */
        EMPTY,
        /** This library's, with pending migrations. */
        BEHIND,
        /** This library's, with exactly the packaged migrations. */
        CURRENT
    }

    private SchemaState() {}

    public record Applied(int version, String script, int checksum) {}

    /** Returns the state of a file, or throws if the library cannot open it. */
    public static Kind read(Connection connection, String name, PackagedMigrations packaged) throws SQLException {
        int applicationId = applicationId(connection);
        boolean hasTables = number(connection, "SELECT count(*) FROM sqlite_schema") > 0;
        if (applicationId != SqliteConnections.APPLICATION_ID) {
            if (hasTables || applicationId != 0) {
                throw foreign(connection, name);
            }
            requireUtf8(connection, name);
            return Kind.EMPTY;
        }
        boolean hasHistory = number(
                        connection,
                        "SELECT count(*) FROM sqlite_schema WHERE name = '" + SqliteMigrator.HISTORY_TABLE + "'")
                > 0;
        return hasHistory ? compare(history(connection), name, packaged) : Kind.EMPTY;
    }

    /** Whether the file is marked as this library's. */
    public static boolean isOurs(Connection connection) throws SQLException {
        return applicationId(connection) == SqliteConnections.APPLICATION_ID;
    }

    private static int applicationId(Connection connection) throws SQLException {
        return number(connection, "PRAGMA application_id");
    }

    /** Compares the history with the packaged migrations, or throws if they are not compatible. */
    public static Kind compare(List<Applied> history, String name, PackagedMigrations packaged) {
        int newest = history.isEmpty() ? 0 : history.get(history.size() - 1).version();
        if (newest > packaged.latest()) {
            throw new SchemaException(
                    name + " has schema version " + newest + "; this library knows up to " + packaged.latest()
                            + ". Open it with the newer release of modelscan-storage that made it",
                    null);
        }
        for (int i = 0; i < history.size(); i++) {
            Applied applied = history.get(i);
            boolean known = i < packaged.migrations().size()
                    && applied.version() == packaged.migrations().get(i).version()
                    && applied.checksum() == packaged.migrations().get(i).checksum();
            if (!known) {
                throw new SchemaException(
                        name + " has applied a migration " + applied.version() + " (" + applied.script()
                                + ") that differs from this library's. Open it with the release that made it, and export from"
                                + " there",
                        null);
            }
        }
        return history.size() == packaged.migrations().size() ? Kind.CURRENT : Kind.BEHIND;
    }

    /** Rows are read as UTF-8 bytes, so a file that was created with another encoding is rejected. */
    private static void requireUtf8(Connection connection, String name) throws SQLException {
        String encoding;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA encoding")) {
            encoding = row.getString(1);
        }
        if (!"UTF-8".equals(encoding)) {
            throw new SchemaException(
                    name + " stores text as " + encoding
                            + ", and only UTF-8 can be read; delete the file, which has no tables",
                    null);
        }
    }

    private static SchemaException foreign(Connection connection, String name) throws SQLException {
        boolean goPackage = number(
                        connection,
                        "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                                + " AND name IN ('schema_migrations', 'agents', 'messages')")
                == 3;
        if (goPackage) {
            return new SchemaException(
                    name + " was made by the Go package sdk/storage. Import it into a new database with:"
                            + " modelscan-storage import-go " + name + " --db <new file>",
                    null);
        }
        return new SchemaException(
                name + " is a SQLite database of another program; choose another file. Nothing was written to it",
                null);
    }

    public static List<Applied> history(Connection connection) throws SQLException {
        return history(connection, SqliteMigrator.HISTORY_TABLE);
    }

    /** The migrations that were applied, in order; the history table's name is given as SQL. */
    public static List<Applied> history(Connection connection, String table) throws SQLException {
        List<Applied> history = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT version, script, checksum FROM " + table
                        + " WHERE success AND version IS NOT NULL ORDER BY installed_rank")) {
            while (rows.next()) {
                history.add(new Applied(rows.getInt(1), rows.getString(2), rows.getInt(3)));
            }
        }
        return history;
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.getInt(1);
        }
    }
}
