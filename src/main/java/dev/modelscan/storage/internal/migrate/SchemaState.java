package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.errors.SchemaException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The state of a database's schema, found without writing. */
public final class SchemaState {

    /** Not Flyway's default name, which a host application's own Flyway may use. */
    public static final String HISTORY_TABLE = "modelscan_schema_history";

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

    /** The migrations that were applied, in order, by the history's name as it stands in SQL. */
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
}
