package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.write.WriteRequest.Stage;
import dev.modelscan.storage.internal.sqlite.write.WriteRequest.State;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection that writes, and group commit over it. SQLite has one writer at a time in any case; threads queue for
 * it in Java. The leader of a group begins a transaction, runs its own request, then what has queued meanwhile, each behind
 * a savepoint, commits once for all, and only then tells them. So many small writes share one wait for the disk, and a request that
 * fails takes only itself back.
 *
 * <p>A request of {@code withTx} runs the caller's code, on the caller's thread: it may lead a group, but never joins
 * another's. If it did, a thread that holds a lock of the application could wait for a function that wants that lock. Of what
 * joins only the clock is the caller's.
 *
 * <p>Nor does one that may write many rows join another's group: it can be cancelled, which would take the whole group back. What
 * joins writes one record, and runs to its end. The leader runs its own request first, so where that is cancelled nobody else has lost
 * anything. The commit is not cancelled.
 *
 * <p>Transactions begin as IMMEDIATE: one that read first and then asked for the write lock could find that another had
 * written meanwhile, and fail.
 */
public final class SqliteWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteWriter.class);

    /** A group ends with this many members, or after this time, so that none of them waits long for the others. */
    private static final int MAX_GROUP = 256;

    private static final long MAX_GROUP_NANOS = 5_000_000;

    /** The longest that a leader waits for those whose writes were committed last, who often write again at once. */
    private static final long MAX_PATIENCE_NANOS = 1_000_000;

    private final SqliteConnections connections;
    private final Duration timeout;
    private final Watchdog watchdog;
    private final WriteQueue queue = new WriteQueue();
    // The leader's alone; the queue's lock hands it on.
    private @Nullable WriterConnection current;
    private @Nullable WriterConnection unclosed;
    private long lastCommitNanos;
    private boolean inUse;
    private final @Nullable Checkpointer checkpointer;
    private volatile boolean closed;

    public SqliteWriter(SqliteConnections connections, Duration timeout, Watchdog watchdog) {
        this.connections = connections;
        this.timeout = timeout;
        this.watchdog = watchdog;
        Path file = connections.file();
        this.checkpointer = file == null ? null : new Checkpointer(connections, file, queue, timeout);
    }

    /** Opens the connection now and not with the first transaction. */
    public void open() {
        this.<Boolean, RuntimeException>transaction(null, null, false, session -> true);
    }

    /**
     * Runs the body in a transaction. Where it may join a group, another thread may run it.
     *
     * @throws IllegalStateException where this thread leads already, which means that it is inside {@code withTx}
     */
    public <T extends @Nullable Object, X extends Exception> T transaction(
            @Nullable String entity, @Nullable String id, boolean mayJoin, Store.TransactionBody<T, X> body) throws X {
        if (queue.isLedByCurrentThread()) {
            throw new IllegalStateException(
                    "this thread is inside withTx; write through its tx, not through the database, or use tx.withTx to nest");
        }
        StackReserve.require();
        // Who has waited in the queue has the rest of the time to wait for other processes.
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            WriteRequest<T> request = new WriteRequest<>(entity, id, mayJoin, body);
            try {
                if (runOrWait(request, deadline)) {
                    return request.<X>outcome();
                }
            } finally {
                // Needs no stack: whatever this thread held of the queue, it is not its any more.
                request.over = true;
            }
        }
    }

    /** Returns whether there is an outcome; the request has to be made anew if its leader left when nothing was stored yet. */
    private boolean runOrWait(WriteRequest<?> request, long deadline) {
        State state = queue.leadOrEnqueue(request) ? State.LEADING : request.await(queue, deadline);
        if (state == State.WITHDRAWN) {
            throw withdrawn();
        }
        if (state == State.LEADING) {
            lead(request, deadline);
        }
        if (state == State.ABANDONED) {
            Stage stage = Objects.requireNonNull(request.leader).stage;
            if (stage == Stage.COMMITTING) {
                request.fail(GroupFailure.unknown(connections.name()));
            }
            return stage != Stage.RUNNING;
        }
        return !request.mayBeginAnew() || System.nanoTime() >= deadline;
    }

    private StorageException withdrawn() {
        return Thread.currentThread().isInterrupted()
                ? new CancelledException("interrupted while waiting for the write lock", null)
                : new BusyException(
                        "the write lock was not free for " + timeout.toMillis()
                                + " ms: other transactions of this process"
                                + " held it, or waited for another process; shorten them, or raise busyTimeout",
                        null);
    }

    /**
     * Whatever fails, and be it stack or memory, the next leads and the members are told, or find out by themselves that this
     * leader has left: else nobody could ever write again.
     */
    private void lead(WriteRequest<?> own, long deadline) {
        List<WriteRequest<?>> members = List.of();
        boolean told = false;
        try {
            members = new ArrayList<>();
            runGroup(own, members, deadline);
            inUse = false;
            told = true;
        } catch (GroupFailure failure) {
            inUse = false;
            fail(own, members, failure);
            told = true;
        } catch (Throwable t) {
            // Nobody can tell how far the transaction has come. The members begin anew if it was not to its commit.
            boolean mayBeStored = own.stage != Stage.RUNNING && !(t instanceof Error);
            own.fail(mayBeStored ? GroupFailure.unknown(connections.name()).because(t) : t);
            discard();
        } finally {
            queue.handOver(own, 1 + members.size());
            for (int i = 0; told && i < members.size(); i++) {
                members.get(i).done();
            }
        }
    }

    private static void fail(WriteRequest<?> own, List<WriteRequest<?>> members, GroupFailure failure) {
        own.fail(failure);
        for (int i = 0; i < members.size(); i++) {
            members.get(i).fail(failure);
        }
    }

    private void runGroup(WriteRequest<?> own, List<WriteRequest<?>> members, long deadline) throws GroupFailure {
        WriterConnection connection;
        try {
            connection = begin(own, deadline);
        } catch (StorageException e) {
            own.fail(e);
            return;
        }
        own.run(connection.session());
        requireIntact(connection, own);
        boolean ranCallersSql = connection.session().takeRanCallersSql();
        // What the leader changed of the connection, such as when foreign keys are checked, would hold for the others.
        boolean changed = ranCallersSql && !connection.isAsOpened();
        try {
            Throwable failure = own.failure();
            if (failure != null) {
                rollBack(connection, failure);
                return;
            }
            if (!changed) {
                runMembers(connection, own, members);
            }
            commit(connection, own);
            requireSameFile();
            noteCommit(1 + members.size(), connection, ranCallersSql);
        } finally {
            if (changed && current == connection) {
                // It has settings or temporary tables that are no business of whoever comes next.
                discard();
            }
        }
    }

    /** An Error that came through a statement leaves the driver anywhere, even if a function has caught it. */
    private static void requireIntact(WriterConnection connection, WriteRequest<?> own) {
        own.rethrowLackOfResources();
        if (own.failure() == null && !connection.session().running().isIdle()) {
            throw new IllegalStateException(
                    "an Error broke into a statement of this transaction, which can only roll back");
        }
    }

    /** Whatever becomes of a checkpoint, the commit stands. */
    private void noteCommit(int transactions, WriterConnection connection, boolean ranCallersSql) {
        if (checkpointer != null) {
            try {
                checkpointer.committed(
                        transactions,
                        connection.takeRowsChanged(),
                        connection.session().takeCharactersMoved(),
                        ranCallersSql);
            } catch (SQLException | RuntimeException | Error e) {
                checkpointFailed(e);
            }
        }
    }

    private void checkpointFailed(Throwable cause) {
        try {
            LOG.warn("a checkpoint of {} could not be started", connections.name(), cause);
        } catch (Error e) {
            // There may be no memory to say so; the next commit that is due tries again.
        }
    }

    private WriterConnection begin(WriteRequest<?> own, long deadline) {
        if (closed) {
            throw new UnavailableException(connections.name() + " is closed", null);
        }
        if (inUse) {
            // A leader left in the midst of its transaction.
            discard();
        }
        connections.requireSameForWriting();
        closeUnclosed();
        inUse = true;
        try {
            WriterConnection connection = current;
            if (connection == null) {
                connection = WriterConnection.open(connections, watchdog, left(deadline));
                current = connection;
            }
            connection.begin(left(deadline));
            return connection;
        } catch (SQLException e) {
            Failure failure = connections.classify(e);
            if (failure.kind() != Kind.BUSY) {
                discard();
            }
            throw failure.whileWriting().toException(own.entity(), own.id());
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    /**
     * Runs what has queued. Where fewer are there than there were threads around the last commit, the others are probably
     * on their way, and worth waiting for a part of the time that a commit of their own would take. What breaks the connection
     * ends the group, and nothing of it is stored.
     */
    private void runMembers(WriterConnection connection, WriteRequest<?> own, List<WriteRequest<?>> members)
            throws GroupFailure {
        long start = System.nanoTime();
        long patience = Math.min(lastCommitNanos / 2, MAX_PATIENCE_NANOS);
        while (members.size() < MAX_GROUP) {
            long spent = System.nanoTime() - start;
            if (spent > MAX_GROUP_NANOS) {
                return;
            }
            boolean all = 1 + members.size() >= queue.lastCrowd();
            WriteRequest<?> next = queue.takeNext(own, all ? 0 : patience - spent, members);
            if (next == null) {
                return;
            }
            Throwable broken = connection.runBehindSavepoint(next);
            if (broken != null) {
                discard();
                throw GroupFailure.broken(connections, broken);
            }
        }
    }

    private void commit(WriterConnection connection, WriteRequest<?> own) throws GroupFailure {
        // Made before there may be no memory for it, when the commit may have taken effect.
        GroupFailure unknown = GroupFailure.unknown(connections.name());
        try {
            long start = System.nanoTime();
            own.stage = Stage.COMMITTING;
            connection.commit(timeout);
            own.stage = Stage.COMMITTED;
            lastCommitNanos = System.nanoTime() - start;
        } catch (CancelledException interrupted) {
            // Only the leader was interrupted while readers were in the way, as those of a database in memory are.
            rollBack(connection, interrupted);
            throw new GroupFailure((member, reason) -> member == own
                    ? new CancelledException(String.valueOf(interrupted.getMessage()), interrupted)
                    : GroupFailure.keptWaiting(interrupted));
        } catch (SQLException e) {
            Failure failure = connections.classify(e);
            if (failure.kind() == Kind.BUSY) {
                // The transaction is still open, and nothing of it is visible.
                rollBack(connection, e);
                throw new GroupFailure((member, reason) -> GroupFailure.keptWaiting(e));
            }
            discard();
            // Foreign keys are checked by the commit where the leader deferred them, or its own tables do.
            if (failure.kind() == Kind.FOREIGN_KEY) {
                throw new GroupFailure((member, reason) -> member == own
                        ? failure.toException(null, null)
                        : GroupFailure.lostWithNeighbour(connections.name(), e));
            }
            if (failure.kind() == Kind.FULL) {
                throw GroupFailure.explained(failure);
            }
            throw unknown.because(e);
        } catch (RuntimeException | Error e) {
            discard();
            throw unknown.because(e);
        }
    }

    /** After the commit, which may have gone to a file that was moved while it ran: that is not acknowledged. */
    private void requireSameFile() throws GroupFailure {
        try {
            connections.requireSameNow();
        } catch (UnavailableException e) {
            throw GroupFailure.unknown(connections.name()).because(e);
        }
    }

    /** Where rolling back fails, the first cause keeps the word, and the connection goes: nobody can tell its state. */
    private void rollBack(WriterConnection connection, Throwable cause) {
        try {
            if (WriterConnection.breaksConnection(cause)
                    || !connection.session().running().isIdle()) {
                discard();
            } else if (WriterConnection.isCancelled(cause)) {
                connection.rollBackCancelled();
            } else {
                connection.rollBack();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
            discard();
        }
    }

    /** A connection that does not close may keep its transaction, and so the write lock; {@link #begin} tries again. */
    private void discard() {
        if (current != null) {
            unclosed = current;
            current = null;
            closeUnclosed();
        }
    }

    private void closeUnclosed() {
        WriterConnection connection = unclosed;
        if (connection == null) {
            return;
        }
        try {
            if (!connections.mustStayOpen()) {
                connection.close();
            }
            unclosed = null;
        } catch (SQLException | RuntimeException | Error e) {
            LOG.debug("closing the writing connection failed", e);
        }
    }

    /** Waits for the group that is under way; those that still queue find the database closed. */
    @Override
    public void close() {
        if (queue.isLedByCurrentThread()) {
            throw new IllegalStateException("the database cannot be closed inside withTx");
        }
        if (checkpointer != null) {
            checkpointer.close();
        }
        queue.pauseWriter(() -> {
            closed = true;
            closeUnclosed();
            discard();
        });
    }
}
