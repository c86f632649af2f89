package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.internal.query.Session;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An open database of some engine: its connections, and what runs on them. Thread-safe. */
public interface Store extends Sessions, AutoCloseable {

    /** The message for a call to the database by a thread that is inside {@code withTx}. */
    String INSIDE_TRANSACTION =
            "this thread is inside withTx; write through its tx, not through the database, or use tx.withTx to nest";

    /**
     * Runs a caller's function in a transaction, on the caller's thread. It commits if the function returns, and rolls
     * back if it throws anything. If the engine says that running it again may help, it is run again.
     *
     * @throws IllegalStateException if this thread is in a transaction already
     */
    <T extends @Nullable Object, X extends Exception> T transaction(Isolation isolation, TransactionBody<T, X> body)
            throws X;

    /** Whether this thread is inside {@link #transaction}, so that it can write nothing beside it. */
    boolean isInTransaction();

    /** Watches over the transaction that is open on the session; called before SQL of a caller's own runs in it. */
    TransactionGuard guard(Session session) throws SQLException;

    /**
     * A session over a caller's connection, in the caller's transaction. It changes nothing of the connection, and
     * never closes it. Statements that run on it stop at {@code queryTimeout} and at an interrupt, as others do.
     *
     * @throws IllegalArgumentException if this database's tables cannot be reached, or not as the library needs
     *     them; the message says what to do
     */
    Session join(Connection connection) throws SQLException;

    /** Takes a reading session out of the pool, for jOOQ. */
    Session acquireReader();

    /** Gives back a session that {@link #acquireReader} gave out. */
    void releaseReader(Session session);

    /** What keeps the database from being used; empty if nothing does. Not for a thread in a transaction. Writes nothing. */
    List<String> problems();

    /** What works and is not as one would expect, each with what to do; empty if nothing is, or nothing can be told. */
    default List<String> notes() {
        return List.of();
    }

    /** Size of the database in bytes, with what is not checkpointed yet. */
    long sizeBytes();

    /**
     * Writes a backup of the database into a file.
     *
     * @throws UnsupportedOperationException if the engine has a tool of its own for it, which the message names
     */
    Backup backup(Path target, Consumer<? super BackupProgress> listener);

    /** What the engine finds wrong with the database's schema and storage; reads all of it. Writes nothing. */
    List<Finding> findings();

    /**
     * What {@link #repair} would repair; writes nothing.
     *
     * @throws UnsupportedOperationException if the engine cannot; the message says what to do
     */
    List<String> repairable();

    /**
     * Repairs what is safe to repair, and says what it was.
     *
     * @throws UnsupportedOperationException if the engine cannot; the message says what to do
     */
    RepairResult repair(Consumer<? super DoctorProgress> listener);

    /**
     * Gives free space back to the file system.
     *
     * @return how many bytes
     * @throws UnsupportedOperationException if the engine does it by itself
     */
    long compact();

    /**
     * Removes what deleted rows have left in the storage, as far as the engine can.
     *
     * @return what may not be scrubbed here, and who may; null if all was
     * @throws dev.modelscan.storage.errors.BusyException if somebody who reads is in the way
     */
    @Nullable
    String scrub();

    /** Closes all connections. Calls after it fail with {@link dev.modelscan.storage.errors.UnavailableException}. */
    @Override
    void close();

    /**
     * What runs in a transaction.
     *
     * @param <T> the result
     * @param <X> what it may throw
     */
    @FunctionalInterface
    interface TransactionBody<T extends @Nullable Object, X extends Exception> {

        /** Runs on the session of the transaction. */
        T run(Session session) throws X;
    }
}
