package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;
import org.sqlite.SQLiteException;

/**
 * One connection to a server, outside of any pool, for work that moves many rows. It waits for locks as long as the server's
 * settings say, and for its statements as long as they take. One thread uses it at a time.
 */
public final class PostgresLink implements AutoCloseable {

    /** The driver sends each piece as one packet, and the server handles the first while it waits for the next. */
    private static final int PIECE_BYTES = 64 * 1_024;

    private final PostgresServer server;
    private final @Nullable String schema;
    private final Connection connection;
    private final PostgresSettings before;

    private PostgresLink(
            PostgresServer server, @Nullable String schema, Connection connection, PostgresSettings before) {
        this.server = server;
        this.schema = schema;
        this.connection = connection;
        this.before = before;
    }

    /**
     * Connects to a schema, which may be missing, or where it is null, to the one that the server chooses.
     *
     * @throws UnavailableException where the server cannot be reached
     */
    public static PostgresLink open(PostgresServer server, @Nullable String schema) {
        try {
            Connection connection = server.connect(null);
            try {
                PostgresSettings before = PostgresSettings.writing(server.busyTimeout(), Duration.ZERO)
                        .in(schema)
                        .apply(connection);
                return new PostgresLink(server, schema, connection, before);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new UnavailableException(server.name() + " cannot be reached: " + e.getMessage(), e);
        }
    }

    /** What messages call the schema. */
    public String name() {
        return schema == null ? server.name() : "workspace " + schema + " of " + server.name();
    }

    /** The connection itself. */
    public Connection connection() {
        return connection;
    }

    /** What a driver's exception means, be it this one's or that of the SQLite database that is read meanwhile. */
    public Failure classify(SQLException e) {
        return e instanceof SQLiteException ? SqliteDialect.classify(e) : PostgresDialect.classify(e);
    }

    /** The exception for the caller. */
    public StorageException failed(SQLException e) {
        return classify(e).toException(null, null);
    }

    /**
     * Holds a lock that no other link to the same schema gets, until this one is closed or its process ends.
     *
     * @throws BusyException where another holds it for too long
     */
    public void lock(String purpose) throws SQLException {
        Retry retry = new Retry(server.busyTimeout());
        String name = "modelscan-storage " + purpose + " " + (schema == null ? "" : schema);
        while (!"t".equals(text("SELECT pg_try_advisory_lock(hashtextextended(?, 0))", name))) {
            if (!retry.pause()) {
                throw new BusyException(name() + " is locked by another " + purpose + "; try again", null);
            }
        }
    }

    /** What a transaction does. */
    public interface Work<T extends @Nullable Object> {

        /** Runs it. */
        T run() throws SQLException;
    }

    /**
     * Runs work in a transaction of its own, which is rolled back if anything at all is thrown. It sets its own level, so
     * that no default of the server, the role or the session decides.
     *
     * @param characteristics as in {@code SET TRANSACTION}, such as {@code ISOLATION LEVEL READ COMMITTED}
     */
    public <T extends @Nullable Object> T inTransaction(String characteristics, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            execute("SET TRANSACTION " + characteristics);
            T result = work.run();
            connection.commit();
            connection.setAutoCommit(true);
            return result;
        } catch (Throwable t) {
            try {
                connection.rollback();
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                t.addSuppressed(e);
            }
            throw t;
        }
    }

    /** What a transaction does that has no result. */
    public interface Action {

        /** Runs it. */
        void run() throws SQLException;
    }

    /** As {@link #inTransaction}, without a result. */
    public void useTransaction(String characteristics, Action action) throws SQLException {
        inTransaction(characteristics, () -> {
            action.run();
            return true;
        });
    }

    /** Runs a statement that returns nothing. */
    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, as text; null where there is none. */
    public @Nullable String text(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    /** Sends rows for a {@code COPY … FROM STDIN} and returns how many the server took. */
    public long copy(String command, byte[] bytes, int from, int to) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(command);
        try {
            for (int at = from; at < to; at += PIECE_BYTES) {
                copy.writeToCopy(bytes, at, Math.min(PIECE_BYTES, to - at));
            }
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** Rows that the server sends in the text format of {@code COPY}, while it reads on. */
    public static final class Rows implements AutoCloseable {

        private final CopyOut copy;

        private Rows(CopyOut copy) {
            this.copy = copy;
        }

        /** The next row with the end of its line; null where there is none. */
        public byte @Nullable [] next() throws SQLException {
            return copy.readFromCopy();
        }

        /** The server stops sending. */
        @Override
        public void close() throws SQLException {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** Begins to read what a {@code COPY … TO STDOUT} sends. Until the rows are closed, the link can do nothing else. */
    public Rows read(String command) throws SQLException {
        return new Rows(connection.unwrap(PGConnection.class).getCopyAPI().copyOut(command));
    }

    /** A connection of the caller's own gets its settings back. */
    @Override
    public void close() {
        try (connection) {
            if (server.dataSource() != null && !connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(true);
                text("SELECT pg_advisory_unlock_all()");
                before.apply(connection);
            }
        } catch (SQLException e) {
            // Whatever was to be stored is: there is nothing that the caller could do.
            return;
        }
    }
}
