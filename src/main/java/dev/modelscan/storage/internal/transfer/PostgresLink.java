package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.postgres.LocalSettings;
import dev.modelscan.storage.internal.postgres.PostgresDialect;
import dev.modelscan.storage.internal.postgres.PostgresErrors;
import dev.modelscan.storage.internal.postgres.PostgresSchema;
import dev.modelscan.storage.internal.postgres.PostgresServer;
import dev.modelscan.storage.internal.postgres.ServerSession;
import dev.modelscan.storage.internal.query.AuditTriggers;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
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
 * One connection to a server, outside of any pool, to move many rows. Within its transactions it waits up to
 * busyTimeout for locks; its statements have no time limit. Used by one thread at a time.
 */
public final class PostgresLink implements AutoCloseable {

    /** The driver sends each piece as one packet, so the server processes one while the next arrives. */
    private static final int PIECE_BYTES = 64 * 1_024;

    /** Identifies a transaction, even among those of the same session. */
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
     * Connects to the schema of a workspace, which may be missing; null for the schema that the server
     * chooses.
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
            throw PostgresErrors.unusable(
                    server.name() + " cannot be used",
                    e,
                    PostgresErrors.LET_OWNER_RUN + server.grantsToMigrate(workspace));
        }
    }

    /** The schema's name in messages. */
    public String name() {
        return workspace == null ? server.name() : "workspace " + workspace + " of " + server.name();
    }

    public Connection connection() {
        return connection;
    }

    /**
     * The meaning of a driver's exception, from this connection or from the SQLite database that is read at
     * the same time.
     */
    public Failure classify(SQLException e) {
        return e instanceof SQLiteException ? SqliteErrors.classify(e) : PostgresErrors.classify(e);
    }

    public StorageException failed(SQLException e) {
        Failure failure = classify(e);
        return switch (failure.kind()) {
            // The reply to a commit may have been lost too.
            case CONNECTION_LOST, NODE_AWAY ->
                new UnavailableException(
                        name() + ": the connection was lost: " + PostgresErrors.serverText(e)
                                + "; what was being copied was stored as a whole or not at all, and running this"
                                + " again continues from there",
                        e);
            case DENIED ->
                new SchemaException(
                        name() + ": the role lacks a privilege (" + PostgresErrors.serverText(e)
                                + "). Run this as the owner of the schema's tables; if there are none yet, let the"
                                + " schema's owner run: " + server.grantsToMigrate(schema.name()),
                        e);
            default -> failure.toException(null, null);
        };
    }

    public PostgresSchema schema() {
        return schema;
    }

    /** A table of the schema, as SQL. */
    public String table(String name) {
        return schema.quoted() + '.' + PlainSql.quoted(name);
    }

    /** Begins a transaction whose search_path is the link's schema. */
    public void begin() throws SQLException {
        LocalSettings settings = LocalSettings.migrating(server.busyTimeout()).in(schema);
        if (onCitus) {
            settings.forWorkers().withTriggersOnCitus();
        }
        settings.begin(connection);
    }

    /**
     * Takes a lock that no other link to the same schema can get, until this one is closed or its process
     * ends. A transaction on a second connection holds the lock, since this link runs many transactions, and
     * a pooler may give each another session.
     *
     * @throws BusyException if another link holds it for too long
     */
    public void lock(String what) throws SQLException {
        purpose = what;
        Retry retry = new Retry(server.busyTimeout());
        String name = "modelscan-storage " + what + " " + schema.name();
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
     * Checks that the lock is still held, before each commit. An idle transaction holds it, which a server, a
     * pooler or an administrator may end. Another link that then gets the lock would write to the same
     * tables.
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
                        + (cause == null ? "" : " (" + PostgresErrors.serverText(cause) + ")")
                        + "; what was not stored by then was rolled back. Make sure that neither the server nor a"
                        + " pooler ends idle transactions, and run the " + purpose
                        + " again, which continues from there",
                cause);
    }

    public interface Work<T extends @Nullable Object> {

        T run() throws SQLException;
    }

    /** Runs work in a write transaction, which is rolled back if anything is thrown. */
    public <T extends @Nullable Object> T inTransaction(Work<T> work) throws SQLException {
        begin();
        return run(work);
    }

    /** Runs work in a read-only transaction on one snapshot. */
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
            Cleanup.after(t, this::rollBack);
            throw t;
        }
    }

    /** Rolls back what {@link #begin} has begun. */
    void rollBack() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    public interface Action {

        void run() throws SQLException;
    }

    /** Like {@link #inTransaction}, without a result. */
    public void useTransaction(Action action) throws SQLException {
        inTransaction(() -> {
            action.run();
            return true;
        });
    }

    /** Makes the triggers of the audit log, if what was copied says that it is on. */
    @SuppressWarnings("resource") // Closing the session would close the connection.
    void renewAuditTriggers() throws SQLException {
        Session session = PostgresDialect.session(connection, schema);
        useTransaction(() -> AuditTriggers.renew(session));
        session.closeStatements();
    }

    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, as text; null if there is no row. */
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

    /** Sends rows for a {@code COPY … FROM STDIN} and returns how many the server stored. */
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

    /** Rows in the text format of {@code COPY}, which the server sends while it reads on. */
    public static final class Rows implements AutoCloseable {

        private final CopyOut copy;

        private Rows(CopyOut copy) {
            this.copy = copy;
        }

        /** The next row including its line end; null if there is none. */
        public byte @Nullable [] next() throws SQLException {
            return copy.readFromCopy();
        }

        /** Makes the server stop sending. */
        @Override
        public void close() throws SQLException {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /**
     * Starts to read what a {@code COPY … TO STDOUT} sends. Until the rows are closed, the link can do
     * nothing else.
     */
    public Rows read(String command) throws SQLException {
        return new Rows(connection.unwrap(PGConnection.class).getCopyAPI().copyOut(command));
    }

    /** Closes the link; an open transaction is rolled back. */
    @Override
    public void close() {
        try (connection;
                Connection holder = locked) {
            if (holder != null && !holder.isClosed()) {
                holder.rollback();
            }
        } catch (SQLException e) {
            // All commits are done, so the caller could do nothing about it.
            return;
        }
    }
}
