package dev.modelscan.storage.metrics;

/**
 * Is called when an operation of a database has ended. {@link dev.modelscan.storage.DatabaseBuilder#listener} adds one.
 *
 * <p>It is called on the thread of the operation, which waits for it. Locks and connections were released before, but
 * inside a transaction they are still held. Several threads may call it at the same time. An exception that it throws
 * is logged, and does not reach the caller; an {@link Error} does. If it calls the same database, it is called for
 * these operations, too.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationListener {

    /** An operation has ended, well or not. */
    void ended(Operation operation);

    /**
     * An operation begins, on this thread. The listener that is returned is called at its end, instead of this one; so
     * a listener can keep something for as long as an operation runs. Except for {@link Operation.Kind#SQL}, it ends on
     * this thread, too, and operations that begin after it end before it.
     *
     * @param engine as {@link Operation#engine()}
     * @param kind what it is
     */
    default OperationListener begins(String engine, Operation.Kind kind) {
        return this;
    }
}
