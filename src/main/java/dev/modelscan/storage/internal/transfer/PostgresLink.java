package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.postgres.LocalSettings;
import dev.modelscan.storage.internal.postgres.PostgresErrors;
import dev.modelscan.storage.internal.postgres.PostgresSchema;
import dev.modelscan.storage.internal.postgres.PostgresServer;
import dev.modelscan.storage.internal.postgres.ServerSession;
import dev.modelscan.storage.internal.sqlite.file.SqliteErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;
import org.sqlite.SQLiteException;

/**
 * One connection to a server, outside of any pool, for work that moves many rows. It waits for locks for busyTimeout within its
 * transactions, and for its statements as long as they take. One thread uses it at a time.
 */
public final class PostgresLink implements AutoCloseable {

    /** The driver sends each piece as one packet, and the server handles the first while it waits for the next. */
    private static final int PIECE_BYTES = 64 * 1_024;

    /** Another transaction of the same session has another. */
    private static final String TRANSACTION = "SELECT pg_catalog.pg_backend_pid() || ' ' || pg_catalog.now()";

    private final PostgresServer server;
    private final @Nullable String workspace;
    private final PostgresSchema schema;
    private final Connection connection;
    private final boolean onCitus;
    private @Nullable Connection locked;
    private String lockedBy = "";
    private String purpose = "";

    private PostgresLink(
            PostgresServer server,
            @Nullable String workspace,
            PostgresSchema schema,
            Connection connection,
            boolean onCitus) {
        this.server = server;
        this.workspace = workspace;
        this.schema = schema;
        this.connection = connection;
        this.onCitus = onCitus;
    }

    /**
     * Connects to the schema of a workspace, which may be missing, or if it is null, to the one that the server chooses.
     *
     * @throws UnavailableException if the server cannot be reached
     */
    public static PostgresLink open(PostgresServer server, @Nullable String workspace) {
        try {
            Connection connection = server.connect();
            try {
                PostgresSchema schema =
                        workspace == null ? PostgresSchema.chosenBy(connection, server) : PostgresSchema.of(workspace);
                boolean onCitus = ServerSession.of(connection).onCitus();
                return new PostgresLink(server, workspace, schema, connection, onCitus);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw PostgresErrors.unusable(server.name() + " cannot be used", e, server.grantsToMigrate(workspace));
        }
    }

    /** What messages call the schema. */
    public String name() {
        return workspace == null ? server.name() : "workspace " + workspace + " of " + server.name();
    }

    /** The connection itself. */
    public Connection connection() {
        return connection;
    }

    /** What a driver's exception means, be it this one's or that of the SQLite database that is read meanwhile. */
    public Failure classify(SQLException e) {
        return e instanceof SQLiteException ? SqliteErrors.classify(e) : PostgresErrors.classify(e);
    }

    /** The exception for the caller. */
    public StorageException failed(SQLException e) {
        Failure failure = classify(e);
        return switch (failure.kind()) {
            // A commit may have been lost with it.
            case CONNECTION_LOST, NODE_AWAY ->
                new UnavailableException(
                        name() + ": the connection was lost: " + PostgresErrors.said(e)
                                + "; what was being copied was stored as a whole or not at all, and running this again goes"
                                + " on from there",
                        e);
            default -> failure.toException(null, null);
        };
    }

    /** The schema. */
    public PostgresSchema schema() {
        return schema;
    }

    /** A table of the schema, as it stands in SQL. */
    public String table(String name) {
        return schema.quoted() + '.' + name;
    }

    /** Begins a transaction, in which names without a schema are looked up in the link's. */
    public void begin() throws SQLException {
        LocalSettings settings = LocalSettings.migrating(server.busyTimeout()).in(schema);
        if (onCitus) {
            settings.forWorkers().withTriggersOnCitus();
        }
        settings.begin(connection);
    }

    /**
     * Holds a lock that no other link to the same schema gets, until this one is closed or its process ends. It belongs to a
     * transaction of another connection's, since this one has many, and a pooler may give each another session.
     *
     * @throws BusyException if another holds it for too long
     */
    public void lock(String what) throws SQLException {
        purpose = what;
        Retry retry = new Retry(server.busyTimeout());
        String name = "modelscan-storage " + what + " " + (workspace == null ? "" : workspace);
        Connection holder = server.connect();
        locked = holder;
        while (true) {
            LocalSettings.migrating(server.busyTimeout()).begin(holder);
            if ("t".equals(text(holder, "SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))", name))) {
                lockedBy = String.valueOf(text(holder, TRANSACTION));
                return;
            }
            holder.rollback();
            if (!retry.pause()) {
                throw new BusyException(name() + " is locked by another " + what + "; try again", null);
            }
        }
    }

    /**
     * The lock is held by a transaction that does nothing, which a server, a pooler or an administrator may end. So it is
     * looked for before each commit: whoever has the lock instead would write to the same tables.
     */
    private void requireLock() {
        Connection holder = locked;
        if (holder == null) {
            return;
        }
        SQLException cause = null;
        try {
            if (lockedBy.equals(text(holder, TRANSACTION))) {
                return;
            }
        } catch (SQLException e) {
            cause = e;
        }
        throw new UnavailableException(
                name() + ": the lock of this " + purpose
                        + " was lost, since its idle transaction was ended from outside"
                        + (cause == null ? "" : " (" + PostgresErrors.said(cause) + ")")
                        + "; what had not been stored by then was taken back. See to it that neither the server nor a"
                        + " pooler ends transactions that are idle, and run the " + purpose
                        + " again, which goes on from there",
                cause);
    }

    /** What a transaction does. */
    public interface Work<T extends @Nullable Object> {

        /** Runs it. */
        T run() throws SQLException;
    }

    /** Runs work in a transaction of its own that may write, which is rolled back if anything at all is thrown. */
    public <T extends @Nullable Object> T inTransaction(Work<T> work) throws SQLException {
        begin();
        return run(work);
    }

    /** Runs work in a transaction of its own that only reads, and reads one snapshot. */
    public <T extends @Nullable Object> T inSnapshot(Work<T> work) throws SQLException {
        LocalSettings.reading()
                .in(schema)
                .waitingForLocks(server.busyTimeout())
                .unlimited()
                .begin(connection);
        return run(work);
    }

    private <T extends @Nullable Object> T run(Work<T> work) throws SQLException {
        try {
            T result = work.run();
            requireLock();
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
    public void useTransaction(Action action) throws SQLException {
        inTransaction(() -> {
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
        return text(connection, sql, parameters);
    }

    private static @Nullable String text(Connection connection, String sql, String... parameters) throws SQLException {
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

    /** What was not committed is rolled back. */
    @Override
    public void close() {
        try (connection;
                Connection holder = locked) {
            if (holder != null && !holder.isClosed()) {
                holder.rollback();
            }
        } catch (SQLException e) {
            // Whatever was to be stored is: there is nothing that the caller could do.
            return;
        }
    }
}
