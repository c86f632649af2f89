package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.CommitGroups;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.file.Anchor;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Member;
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
 * Owns the one connection that writes, and commits transactions in groups. SQLite allows one writer at a
 * time, so threads queue for it in Java. The leader of a group begins a transaction, runs its own request,
 * then each queued request behind a savepoint, and commits once. Members learn the outcome only after the
 * commit. So many small writes share one flush to disk, and a request that fails rolls back only itself.
 *
 * <p>A request of {@code withTx} runs the caller's code on the caller's thread: it may lead a group, but
 * never joins one. Otherwise a thread that holds a lock of the application could wait for a function that
 * needs that lock. A request that joins calls nothing of the caller's but the clock.
 *
 * <p>A request that may write many rows does not join either: it can be cancelled, which would roll back the
 * whole group. A request that joins writes one record and runs to its end. The leader runs its own request
 * first, so cancelling it affects nobody else. The commit is never cancelled.
 *
 * <p>Transactions begin as IMMEDIATE: one that reads first and asks for the write lock later fails if another
 * has written in between.
 */
public final class SqliteWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteWriter.class);

    /**
     * A group ends with this many members or after this time, so that no member waits long for the others.
     */
    private static final int MAX_GROUP = 256;

    private static final long MAX_GROUP_NANOS = 5_000_000;

    /** How long a leader waits at most for the threads of the last group, which often write again at once. */
    private static final long MAX_PATIENCE_NANOS = 1_000_000;

    private final SqliteConnections connections;
    private final Duration timeout;
    private final WriteQueue queue = new WriteQueue();
    // Used by the leader only; the queue's lock publishes them to the next leader.
    private final WriterSlot slot;
    private long lastCommitNanos;
    private final @Nullable Checkpointer checkpointer;
    private final @Nullable LogFlush logFlush;
    private volatile boolean closed;

    public SqliteWriter(
            SqliteConnections connections, Anchor anchor, Member member, Duration timeout, Watchdog watchdog) {
        this.connections = connections;
        this.timeout = timeout;
        Path file = connections.file();
        this.logFlush = connections.sharesFlush() ? new LogFlush(connections) : null;
        this.slot = new WriterSlot(connections, watchdog, member, logFlush);
        this.checkpointer = file == null ? null : new Checkpointer(connections, anchor, file, queue, logFlush, timeout);
    }

    /** Opens the connection now instead of with the first transaction. */
    public void open() {
        this.<Boolean, RuntimeException>transaction(null, null, false, session -> true);
    }

    /**
     * Runs the body in a transaction. If it may join a group, another thread may run it.
     *
     * @throws IllegalStateException if this thread already leads, which means that it is inside
     *     {@code withTx}
     */
    public <T extends @Nullable Object, X extends Exception> T transaction(
            @Nullable String entity, @Nullable String id, boolean mayJoin, Store.TransactionBody<T, X> body) throws X {
        if (isInTransaction()) {
            throw new IllegalStateException(Store.INSIDE_TRANSACTION);
        }
        StackReserve.require();
        // One deadline for both waits: in the queue, and then for other processes.
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            WriteRequest<T> request = new WriteRequest<>(entity, id, mayJoin, body);
            try {
                if (runOrWait(request, deadline)) {
                    T outcome = request.<X>outcome();
                    CommitGroups.note(request.group);
                    return outcome;
                }
            } finally {
                // Needs no stack. From here on this thread holds nothing of the queue.
                request.over = true;
            }
        }
    }

    /**
     * Returns whether there is an outcome. If not, the request must start again: its leader left before
     * anything was stored.
     */
    private boolean runOrWait(WriteRequest<?> request, long deadline) {
        State state = queue.leadOrEnqueue(request) ? State.LEADING : request.await(queue, deadline);
        if (state == State.WITHDRAWN) {
            throw GroupFailure.withdrawn(timeout);
        }
        if (state == State.LEADING) {
            lead(request, deadline);
        }
        if (state == State.ABANDONED) {
            Stage stage = Objects.requireNonNull(request.leader).stage;
            if (stage == Stage.COMMITTING || stage == Stage.WRITTEN) {
                request.fail(GroupFailure.unknown(connections.name()));
            }
            return stage != Stage.RUNNING;
        }
        return !request.mayBeginAnew() || System.nanoTime() >= deadline;
    }

    /**
     * Whatever fails, even for lack of stack or memory, the next leader starts and the members learn the
     * outcome, or find out themselves that this leader has left. Otherwise nobody could ever write again.
     */
    private void lead(WriteRequest<?> own, long deadline) {
        List<WriteRequest<?>> members = List.of();
        boolean told = false;
        try {
            members = new ArrayList<>();
            GroupFailure failure = runGroup(own, members, deadline);
            slot.ended();
            if (failure != null) {
                fail(own, members, failure);
            }
            own.group = 1 + members.size();
            told = true;
        } catch (Throwable t) {
            // How far the transaction came is unknown. If it was not committing, the members start again.
            if (own.stage != Stage.RUNNING && !(t instanceof Error)) {
                own.fail(GroupFailure.unknown(connections.name()).because(t));
            } else {
                own.fail(t);
            }
            slot.discard();
        } finally {
            queue.handOver(own, 1 + members.size());
            if (told) {
                flush(own, members);
            }
            for (int i = 0; told && i < members.size(); i++) {
                members.get(i).done(own.group);
            }
        }
    }

    /**
     * Waits until the commit survives a loss of power, if it was written without a flush. A group of single writes is
     * flushed before the next leader starts, since the next group grows meanwhile; other transactions afterwards,
     * since each is a group of its own.
     */
    private void flush(WriteRequest<?> own, List<WriteRequest<?>> members) {
        LogFlush shared = logFlush;
        if (shared != null && own.stage == Stage.WRITTEN) {
            // Created first: afterwards memory for it may be missing.
            GroupFailure unknown = GroupFailure.unknown(connections.name());
            Throwable cause = shared.await(own);
            if (cause == null) {
                own.stage = Stage.COMMITTED;
            } else {
                // Once: the request must not be listed among the waiting a second time.
                own.stage = Stage.COMMITTING;
                fail(own, members, unknown.because(cause));
            }
        }
    }

    private static void fail(WriteRequest<?> own, List<WriteRequest<?>> members, GroupFailure failure) {
        own.fail(failure);
        for (int i = 0; i < members.size(); i++) {
            members.get(i).fail(failure);
        }
    }

    /** Returns why the group failed as a whole; null if the outcome of each request is its own. */
    private @Nullable GroupFailure runGroup(WriteRequest<?> own, List<WriteRequest<?>> members, long deadline) {
        WriterConnection connection;
        try {
            connection = begin(own, deadline);
        } catch (StorageException e) {
            own.fail(e);
            return null;
        }
        own.run(connection.session());
        requireIntact(connection, own);
        boolean ranCallersSql = connection.session().takeRanCallersSql();
        // Settings that the leader changed, such as when foreign keys are checked, would apply to the members
        // too.
        boolean changed = ranCallersSql && !connection.isAsOpened();
        try {
            Throwable failure = own.failure();
            if (failure != null) {
                slot.rollBack(connection, failure);
                return null;
            }
            GroupFailure group = changed ? null : runMembers(connection, own, members);
            group = group == null ? commit(connection, own) : group;
            if (group == null) {
                long rows = checkpointer == null
                        ? 0
                        : checkpointer.committed(1 + members.size(), connection, ranCallersSql);
                group = afterCommit(own, members, rows != 0 || ranCallersSql);
            }
            return group;
        } finally {
            if (changed && slot.holds(connection)) {
                // Its settings or temporary tables must not reach the next transaction.
                slot.discard();
            }
        }
    }

    /** An Error inside a statement leaves the driver in an unknown state, even if a function caught it. */
    private static void requireIntact(WriterConnection connection, WriteRequest<?> own) {
        own.rethrowLackOfResources();
        if (own.failure() == null && !connection.session().running().isIdle()) {
            throw new IllegalStateException(
                    "an Error interrupted a statement of this transaction, which can only roll back");
        }
    }

    /** Makes sure that the commit may be acknowledged, or leaves that for when the next leader has started. */
    private @Nullable GroupFailure afterCommit(WriteRequest<?> own, List<WriteRequest<?>> members, boolean changed) {
        if (logFlush == null) {
            return fileProblem();
        }
        logFlush.committed(own, changed);
        if (own.mayJoin()) {
            long start = System.nanoTime();
            flush(own, members);
            lastCommitNanos += System.nanoTime() - start;
        }
        return changed ? null : fileProblem();
    }

    private WriterConnection begin(WriteRequest<?> own, long deadline) {
        if (closed) {
            throw new UnavailableException(connections.name() + " is closed", null);
        }
        slot.discardIfLeft();
        connections.requireSameForWriting();
        try {
            return slot.begin(deadline);
        } catch (SQLException e) {
            Failure failure = connections.classify(e);
            if (failure.kind() != Kind.BUSY) {
                slot.discard();
            }
            throw failure.whileWriting().toException(own.entity(), own.id());
        }
    }

    /**
     * Runs the queued requests. If there are fewer than at the last commit, the other threads are probably
     * about to arrive, and the leader waits for them for part of the time that a commit takes. A failure that
     * breaks the connection ends the group, and nothing of it is stored.
     */
    private @Nullable GroupFailure runMembers(
            WriterConnection connection, WriteRequest<?> own, List<WriteRequest<?>> members) {
        long start = System.nanoTime();
        boolean alone = logFlush != null && !own.mayJoin();
        long patience = alone ? 0 : Math.min(lastCommitNanos / 2, MAX_PATIENCE_NANOS);
        while (members.size() < MAX_GROUP) {
            long spent = System.nanoTime() - start;
            if (spent > MAX_GROUP_NANOS) {
                return null;
            }
            boolean all = 1 + members.size() >= queue.lastCrowd();
            WriteRequest<?> next = queue.takeNext(own, all ? 0 : patience - spent, members);
            if (next == null) {
                return null;
            }
            Throwable broken = connection.runBehindSavepoint(next);
            if (broken != null) {
                slot.discard();
                return GroupFailure.broken(connections, broken);
            }
        }
        return null;
    }

    private @Nullable GroupFailure commit(WriterConnection connection, WriteRequest<?> own) {
        // Created first: when the commit may have taken effect, memory for it may be missing.
        GroupFailure unknown = GroupFailure.unknown(connections.name());
        try {
            long start = System.nanoTime();
            own.stage = Stage.COMMITTING;
            connection.commit(timeout);
            own.stage = logFlush == null ? Stage.COMMITTED : Stage.WRITTEN;
            lastCommitNanos = System.nanoTime() - start;
            return null;
        } catch (CancelledException interrupted) {
            // Only the leader was interrupted, while readers blocked the commit, as they can in an in-memory
            // database.
            slot.rollBack(connection, interrupted);
            return new GroupFailure((member, reason) -> member == own
                    ? new CancelledException(String.valueOf(interrupted.getMessage()), interrupted)
                    : GroupFailure.keptWaiting(interrupted));
        } catch (SQLException e) {
            Failure failure = connections.classify(e);
            if (failure.kind() == Kind.BUSY) {
                // The transaction is still open, and nothing of it is visible.
                slot.rollBack(connection, e);
                return new GroupFailure((member, reason) -> GroupFailure.keptWaiting(e));
            }
            slot.discard();
            return GroupFailure.ofCommit(connections.name(), own, failure, unknown);
        } catch (RuntimeException | Error e) {
            slot.discard();
            return unknown.because(e);
        }
    }

    /**
     * Called after the commit: if the file was moved meanwhile, the commit may be in the wrong file and must
     * not be acknowledged.
     */
    private @Nullable GroupFailure fileProblem() {
        try {
            connections.requireSameNow();
            return null;
        } catch (UnavailableException e) {
            return GroupFailure.unknown(connections.name()).because(e);
        }
    }

    /** Closes the connection if nobody writes or waits to write. Returns whether there is none. */
    public boolean closeIdle() {
        return queue.pauseIdleWriter(own -> slot.discard());
    }

    /** Tells an idle connection that caches are smaller now. One that is in use is told at its next use. */
    public void fitIdleCache() {
        queue.pauseIdleWriter(own -> slot.fitCache());
    }

    /** Whether this thread runs a transaction. A {@link #close} would then wait for its own caller. */
    public boolean isInTransaction() {
        return queue.isLedByCurrentThread();
    }

    /** Waits for the current group. Requests still queued fail because the database is closed. */
    @Override
    public void close() {
        if (checkpointer != null) {
            checkpointer.close();
        }
        queue.pauseWriter(own -> {
            if (logFlush != null && logFlush.hasFailed()) {
                tryToRepairLog(own);
            }
            closed = true;
            slot.close();
            if (logFlush != null) {
                logFlush.close(own);
            }
        });
    }

    /** Before the last connection copies the log into the file. */
    private void tryToRepairLog(WriteRequest<?> own) {
        try {
            begin(own, System.nanoTime() + timeout.toNanos());
        } catch (StorageException e) {
            LOG.debug("the log of {} stays as it is", connections.name(), e);
        }
    }
}
