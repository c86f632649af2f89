package dev.modelscan.storage.metrics;

/**
 * Is told of each operation of a database when it has ended. Set it by {@code DatabaseBuilder.listener}.
 *
 * <p>The call is on the thread of the operation, after its locks and connections were given back, and its time is added to the
 * caller's. Threads call at the same time. What a listener throws is logged, and does not reach the caller; an {@link Error} does.
 * A listener that calls the same database is told of these calls too.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationListener {

    /** An operation has ended, well or not. */
    void ended(Operation operation);
}
