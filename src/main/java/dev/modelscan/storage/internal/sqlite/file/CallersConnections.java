package dev.modelscan.storage.internal.sqlite.file;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** What a caller's connections must be, so that the library can write through them. */
public final class CallersConnections {

    private final SqliteConnections connections;

    /** Those that are to this file. A connection keeps its file, so each is asked once. */
    private final Set<SQLiteConnection> known =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** For a database that has these connections of its own. */
    public CallersConnections(SqliteConnections connections) {
        this.connections = connections;
    }

    /**
     * Checks that it is a connection to the same file, which enforces foreign keys.
     *
     * @throws IllegalArgumentException if it is not
     */
    public void require(Connection connection) throws SQLException {
        Path file = connections.file();
        if (file == null) {
            throw rejected("a database in memory has no connections but its own");
        }
        if (!connection.isWrapperFor(SQLiteConnection.class)) {
            throw rejected("it is not one of SQLite's driver; " + connections.name() + " is a SQLite file");
        }
        SQLiteConnection own = connection.unwrap(SQLiteConnection.class);
        if (!known.contains(own)) {
            requireFile(connection, file);
            known.add(own);
        }
        if (!"1".equals(text(connection, "PRAGMA foreign_keys"))) {
            throw rejected("it does not enforce foreign keys; open it with foreign_keys=true"
                    + " (SQLiteConfig.enforceForeignKeys)");
        }
    }

    private void requireFile(Connection connection, Path file) throws SQLException {
        String other = text(connection, "SELECT file FROM pragma_database_list WHERE name = 'main'");
        if (other == null || other.isEmpty() || !RealPath.of(Path.of(other)).equals(file)) {
            throw rejected("its file is " + (other == null || other.isEmpty() ? "in memory" : other) + ", and not "
                    + connections.name());
        }
    }

    private static IllegalArgumentException rejected(String reason) {
        return new IllegalArgumentException("the connection cannot be used: " + reason);
    }

    private static @Nullable String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : null;
        }
    }
}
