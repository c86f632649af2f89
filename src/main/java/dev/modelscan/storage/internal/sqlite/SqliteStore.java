package dev.modelscan.storage.internal.sqlite;

import static dev.modelscan.storage.schema.Tables.AGENTS;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.ReaderPool.Loan;
import dev.modelscan.storage.internal.sqlite.backup.BackupWriter;
import dev.modelscan.storage.internal.sqlite.file.Anchor;
import dev.modelscan.storage.internal.sqlite.file.CallersConnections;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.IdleConnections;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Member;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import dev.modelscan.storage.internal.sqlite.file.SqliteGuard;
import dev.modelscan.storage.internal.sqlite.write.SqliteWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A SQLite database: one connection that writes, and a pool of connections that read. */
public final class SqliteStore implements Store {

    private final SqliteConnections connections;
    private final DatabaseOptions options;
    private final Watchdog watchdog;
    private final Member member;
    private final ReaderPool readers;
    private final SqliteWriter writer;
    private final Anchor anchor;
    private final CallersConnections callers;
    private final Object closing = new Object();
    private boolean closed;

    /**
     * Opens no connection yet.
     *
     * @param group limits what connections take
     */
    public SqliteStore(SqliteConnections connections, DatabaseOptions options, ConnectionGroup group) {
        this.connections = connections;
        this.options = options;
        this.watchdog = new Watchdog(SqliteDialect.INSTANCE, options.queryTimeout());
        this.member = group.join(new Idle());
        this.readers = new ReaderPool(connections, member, watchdog, options);
        this.callers = new CallersConnections(connections);
        this.anchor = new Anchor(connections);
        this.writer = new SqliteWriter(connections, anchor, member, options.busyTimeout(), watchdog);
    }

    /** What other databases of the group may close or make smaller. */
    private final class Idle implements IdleConnections {

        @Override
        public boolean close() {
            return writer.closeIdle() && readers.closeIdle();
        }

        @Override
        public void fitCaches() {
            writer.fitIdleCache();
            readers.fitIdleCaches();
        }
    }

    /** Opens the writing connection now. This creates an in-memory database. */
    public void openWriter() {
        writer.open();
        if (connections.file() == null) {
            try {
                anchor.open();
            } catch (SQLException e) {
                throw classify(e).toException(null, null);
            }
        }
    }

    /** Records the file at the path, once it exists. A file that replaces it is neither written nor read. */
    public void rememberFile() {
        try {
            connections.rememberFile();
            anchor.open();
        } catch (SQLException e) {
            throw classify(e).toException(null, null);
        }
    }

    /** Checks the file, reads, and if writing is allowed runs an empty write transaction. */
    @Override
    public List<String> problems() {
        String moved = connections.fileProblem();
        if (moved != null) {
            return List.of(moved);
        }
        List<String> problems = new ArrayList<>();
        try {
            read(null, null, SqliteStore::pageBytes);
            if (!connections.isReadOnly()) {
                connections.unwritable().ifPresent(problems::add);
                writeMany("database", null, SqliteStore::askToWrite);
            }
        } catch (StorageException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        return problems;
    }

    @Override
    public Dialect dialect() {
        return SqliteDialect.INSTANCE;
    }

    @Override
    public DatabaseOptions options() {
        return options;
    }

    @Override
    public Failure classify(SQLException e) {
        return connections.classify(e);
    }

    /**
     * BEGIN IMMEDIATE succeeds even on a file that cannot be written. This needs write access, but touches no
     * row.
     */
    private static boolean askToWrite(Session session) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.executeUpdate("DELETE FROM " + AGENTS.getName() + " WHERE 1 = 0");
            return true;
        }
    }

    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        Retry retry = null;
        while (true) {
            try {
                return readOnce(work);
            } catch (SQLException e) {
                Failure failure = classify(e);
                retry = retry == null ? new Retry(options.busyTimeout()) : retry;
                if (failure.kind() != Kind.BUSY || !retry.pause()) {
                    throw failure.toException(entity, id);
                }
            }
        }
    }

    private <T extends @Nullable Object> T readOnce(Work<T> work) throws SQLException {
        member.used();
        connections.requireSameForReading();
        Loan loan = new Loan();
        try {
            Session session = readers.acquire(loan);
            return run(session, work, loan);
        } finally {
            // Needs no stack: the session is released whatever happened.
            loan.over = true;
            readers.ended(loan);
        }
    }

    /** An Error leaves the session in an unknown state. */
    private <T extends @Nullable Object> T run(Session session, Work<T> work, Loan loan) throws SQLException {
        try {
            T result = work.run(session);
            loan.intact = session.running().isIdle();
            return result;
        } catch (SQLException e) {
            Failure failure = classify(e);
            // After a cancellation SQLite may reject the next statement too.
            loan.intact = !failure.breaksConnection() && failure.kind() != Kind.CANCELLED;
            throw e;
        } catch (RuntimeException e) {
            loan.intact = session.running().isIdle();
            throw e;
        }
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        return write(entity, id, true, work);
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return write(entity, id, false, work);
    }

    private <T extends @Nullable Object> T write(
            @Nullable String entity, @Nullable String id, boolean mayJoin, Work<T> work) {
        member.used();
        try {
            return writer.<T, SQLException>transaction(entity, id, mayJoin, work::run);
        } catch (SQLException e) {
            throw classify(e).whileWriting().toException(entity, id);
        }
    }

    /** A commit costs no round trip here. */
    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        return write(entity, id, insert);
    }

    /** SQLite runs one write transaction at a time anyway. */
    @Override
    public void takeTurn(Session session, String name) {}

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        member.used();
        return writer.transaction(null, null, false, body);
    }

    @Override
    public boolean isInTransaction() {
        return writer.isInTransaction();
    }

    @Override
    public TransactionGuard guard(Session session) throws SQLException {
        return new SqliteGuard(session.connection());
    }

    @Override
    public Session join(Connection connection) throws SQLException {
        readers.requireOpen();
        connections.requireSameForReading();
        callers.require(connection);
        Session session = new Session(connection, SqliteDialect.INSTANCE);
        watchdog.watchWhileReachable(session);
        return session;
    }

    @Override
    public Session acquireReader() {
        member.used();
        connections.requireSameForReading();
        try {
            return readers.lend();
        } catch (SQLException e) {
            throw classify(e).toException(null, null);
        }
    }

    @Override
    public void releaseReader(Session session) {
        readers.takeBack(session);
    }

    @Override
    public long sizeBytes() {
        Path file = connections.file();
        if (file == null) {
            return read(null, null, SqliteStore::pageBytes);
        }
        try {
            Path log = SqliteFiles.beside(file, "-wal");
            return Files.size(file) + log.toFile().length();
        } catch (IOException e) {
            throw new UnavailableException("the size of " + file + " cannot be read", e);
        }
    }

    private static long pageBytes(Session session) throws SQLException {
        return SqliteFiles.pageBytes(session.connection());
    }

    @Override
    public Backup backup(Path target, Consumer<? super BackupProgress> listener) {
        readers.requireOpen();
        connections.requireSameNow();
        return new BackupWriter(connections, SqliteMigrator.plan(options), listener).write(target);
    }

    @Override
    public List<Finding> findings() {
        SqliteDoctor doctor = doctor();
        return read(null, null, session -> doctor.examine(session.connection()));
    }

    @Override
    public List<String> repairable() {
        SqliteRepair repair = new SqliteRepair(doctor(), progress -> {});
        return read(null, null, session -> repair.planned(session.connection()));
    }

    @Override
    public RepairResult repair(Consumer<? super DoctorProgress> listener) {
        SqliteRepair repair = new SqliteRepair(doctor(), listener);
        return writeMany("database", null, session -> {
            // SQLite does not count definitions as changes.
            session.runsCallersSql();
            return repair.run(session);
        });
    }

    private SqliteDoctor doctor() {
        return new SqliteDoctor(
                SqliteSchema.of(SqliteMigrator.plan(options)), connections.file(), SqliteDoctor.COMPARED_BYTES);
    }

    @Override
    public long compact() {
        connections.requireSameNow();
        // A log of which a flush has lost bytes is written again first, or this throws.
        writeMany("database", null, session -> true);
        long before = sizeBytes();
        try {
            FreePages.giveBack(connections, options.busyTimeout());
        } catch (SQLException e) {
            throw classify(e).whileWriting().toException(null, null);
        }
        return Math.max(0, before - sizeBytes());
    }

    @Override
    public @Nullable String scrub() {
        connections.requireSameNow();
        writeMany("database", null, session -> {
            int state = SearchScripts.state(session);
            if (state == SearchScripts.WHOLE) {
                SearchScripts.run(session, "scrub");
            } else if (state > 0) {
                // Without its triggers it still has the words of rows that are gone.
                SearchScripts.make(session, (done, total) -> {});
            }
            return true;
        });
        if (connections.file() == null) {
            return null;
        }
        try {
            Scrub.run(connections, options.busyTimeout());
            return null;
        } catch (SQLException e) {
            throw classify(e).whileWriting().toException(null, null);
        }
    }

    /**
     * Closes the writer first, so that no reader blocks its last checkpoint. Once: later the files at the path, and the
     * inodes that are free now, may be another database's.
     */
    @Override
    public void close() {
        if (isInTransaction()) {
            throw new IllegalStateException("the database cannot be closed inside withTx");
        }
        synchronized (closing) {
            if (!closed) {
                closeAll();
                closed = true;
            }
        }
    }

    private void closeAll() {
        member.leave();
        Runnable release = connections.closing();
        writer.close();
        readers.close();
        watchdog.close();
        anchor.close();
        release.run();
    }
}
