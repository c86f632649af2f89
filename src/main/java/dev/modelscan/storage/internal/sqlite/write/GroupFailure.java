package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Why a group failed: nothing was stored, or the outcome is unknown. Each member throws its own exception,
 * created on its own thread, since callers may add to it.
 */
final class GroupFailure {

    private final BiFunction<WriteRequest<?>, @Nullable Throwable, StorageException> explanation;
    private final boolean lostByNeighbour;
    private @Nullable Throwable reason;

    GroupFailure(BiFunction<WriteRequest<?>, @Nullable Throwable, StorageException> explanation) {
        this(explanation, false);
    }

    private GroupFailure(
            BiFunction<WriteRequest<?>, @Nullable Throwable, StorageException> explanation, boolean lostByNeighbour) {
        this.explanation = explanation;
        this.lostByNeighbour = lostByNeighbour;
    }

    /**
     * Whether one member ended the transaction of all, for example by a trigger's RAISE(ROLLBACK). The others
     * may start again.
     */
    boolean isLostByNeighbour() {
        return lostByNeighbour;
    }

    GroupFailure because(Throwable cause) {
        reason = cause;
        return this;
    }

    StorageException toException(WriteRequest<?> member) {
        return explanation.apply(member, reason);
    }

    /** A failed disk or file fails all members. After any other failure the others may start again. */
    static GroupFailure broken(SqliteConnections connections, Throwable cause) {
        Failure failure = WriterConnection.breakingFailure(cause);
        return failure == null
                ? new GroupFailure((member, reason) -> lostWithNeighbour(connections.name(), cause), true)
                : explained(connections.classify(failure.cause()).whileWriting());
    }

    static GroupFailure explained(Failure failure) {
        return new GroupFailure((member, reason) -> failure.toException(member.entity(), member.id()));
    }

    /** What a commit that failed means, after which the connection is discarded. */
    static GroupFailure ofCommit(String database, WriteRequest<?> own, Failure failure, GroupFailure unknown) {
        return switch (failure.kind()) {
            // The commit checks foreign keys if the leader, or one of its own tables, deferred them.
            case FOREIGN_KEY ->
                new GroupFailure((member, reason) ->
                        member == own ? failure.toException(null, null) : lostWithNeighbour(database, failure.cause()));
            case FULL -> explained(failure);
            default -> unknown.because(failure.cause());
        };
    }

    static UnavailableException lostWithNeighbour(String database, Throwable cause) {
        return new UnavailableException(
                "another transaction of the same group failed in " + database
                        + ", and the whole group was rolled back; nothing of this one was stored, try again",
                cause);
    }

    static BusyException keptWaiting(Exception cause) {
        return new BusyException("readers on other connections blocked the commit", cause);
    }

    /** Why a request left the queue before anything of it ran. */
    static StorageException withdrawn(Duration timeout) {
        return Thread.currentThread().isInterrupted()
                ? new CancelledException("interrupted while waiting for the write lock", null)
                : new BusyException(
                        "the write lock was not free for " + timeout.toMillis()
                                + " ms: other transactions of this process"
                                + " held it, or waited for another process; shorten them, or raise busyTimeout",
                        null);
    }

    static GroupFailure unknown(String database) {
        return new GroupFailure((member, reason) -> new OutcomeUnknownException(
                "the commit to " + database + " failed, and may have taken effect; read back before trying again",
                member.entity(),
                member.id(),
                reason));
    }
}
