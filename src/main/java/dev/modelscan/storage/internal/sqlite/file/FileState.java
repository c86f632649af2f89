package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.SchemaState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;

/** The state of a SQLite file, found without writing. */
public final class FileState {

    private FileState() {}

    /** Returns the state of a file, or throws if the library cannot open it. */
    public static SchemaState read(Connection connection, String name, MigrationPlan plan) throws SQLException {
        int applicationId = applicationId(connection);
        boolean hasTables = SingleNumber.of(connection, "SELECT count(*) FROM sqlite_schema") > 0;
        if (applicationId != SqliteConnections.APPLICATION_ID) {
            if (hasTables || applicationId != 0) {
                throw foreign(connection, name);
            }
            requireUtf8(connection, name);
            return SchemaState.empty(plan);
        }
        return SchemaState.read(connection, histories(connection), table -> table, name, plan);
    }

    private static Set<String> histories(Connection connection) throws SQLException {
        Set<String> tables = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM sqlite_schema WHERE type = 'table' AND name"
                        + " GLOB 'modelscan_*schema_history'")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    /** Whether the file is marked as this library's. */
    public static boolean isOurs(Connection connection) throws SQLException {
        return applicationId(connection) == SqliteConnections.APPLICATION_ID;
    }

    private static int applicationId(Connection connection) throws SQLException {
        return (int) SingleNumber.of(connection, "PRAGMA application_id");
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
        boolean goPackage = SingleNumber.of(
                        connection,
                        "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
                                + " AND name IN ('schema_migrations', 'agents', 'messages')")
                == 3;
        if (goPackage) {
            return SchemaException.ofOtherProgram(
                    name + " was made by the Go package sdk/storage. Import it into a new database with:"
                            + " modelscan-storage import " + name + " --db <new file>");
        }
        return SchemaException.ofOtherProgram(
                name + " is a SQLite database of another program; choose another file. Nothing was written to it");
    }
}
