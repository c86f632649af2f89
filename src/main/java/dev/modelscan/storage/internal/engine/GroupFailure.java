package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.StorageException;
import java.util.function.Function;

/**
 * Nothing of a group was stored, or nobody knows whether it was. Each member throws an exception of its own, made on its own
 * thread, since the threads may add to them.
 */
final class GroupFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Function<WriteRequest<?>, StorageException> explanation;

    GroupFailure(Throwable cause, Function<WriteRequest<?>, StorageException> explanation) {
        super(cause);
        this.explanation = explanation;
    }

    StorageException toException(WriteRequest<?> member) {
        return explanation.apply(member);
    }
}
