package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.StorageException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Nothing of a group was stored, or nobody knows whether it was. Each member throws an exception of its own, made on its own
 * thread, since the threads may add to them.
 */
final class GroupFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient BiFunction<WriteRequest<?>, @Nullable Throwable, StorageException> explanation;
    private final boolean lostByNeighbour;
    private @Nullable Throwable reason;

    /** Without a stack trace: no caller ever sees it, and one is made with each commit. */
    GroupFailure(BiFunction<WriteRequest<?>, @Nullable Throwable, StorageException> explanation) {
        this(explanation, false);
    }

    private GroupFailure(
            BiFunction<WriteRequest<?>, @Nullable Throwable, StorageException> explanation, boolean lostByNeighbour) {
        super(null, null, false, false);
        this.explanation = explanation;
        this.lostByNeighbour = lostByNeighbour;
    }

    /** One member ended the transaction of all, as a trigger does with RAISE(ROLLBACK): the others may begin anew. */
    static GroupFailure lostByNeighbour(
            BiFunction<WriteRequest<?>, @Nullable Throwable, StorageException> explanation) {
        return new GroupFailure(explanation, true);
    }

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
}
