package dev.modelscan.storage.metrics;

/**
 * Is told of each operation of a database when it has ended. Set it by {@code DatabaseBuilder.listener}.
 *
 * <p>The call is on the thread of the operation, after its locks and connections were given back (except for a call
 * inside a transaction, whose locks stay), and its time is added to the caller's. Threads call at the same time. What a
 * listener throws is logged, and does not reach the caller; an {@link Error} does. A listener that calls the same
 * database is told of these calls too.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationListener {

    /** An operation has ended, well or not. */
    void ended(Operation operation);

    /**
     * An operation begins, on this thread. Whoever is returned is told of its end, in place of this listener; so a
     * listener can keep something for as long as an operation runs. Except for {@link Operation.Kind#SQL}, its end is
     * told on this thread, too, and what begins after it ends before it.
     *
     * @param engine as {@link Operation#engine()}
     * @param kind what it is
     */
    default OperationListener begins(String engine, Operation.Kind kind) {
        return this;
    }
}
