package dev.modelscan.storage;

/**
 * What a commit survives. Either way a crash of the process loses nothing, and the database stays consistent.
 *
 * @since 0.1.0
 */
public enum Durability {
    /** A commit that returned survives a loss of power: it waits for the disk. Nobody sees it before. */
    FULL,
    /**
     * A commit that returned survives a loss of power. Transactions of several threads share a flush of the disk, which
     * is faster than {@link #FULL}. Reads do not wait for it: they may see a commit that has not returned yet, and that
     * a loss of power undoes. A {@code withTx} waits for all commits of this process that it has seen. If a flush
     * fails, each call that waits for it throws {@link dev.modelscan.storage.errors.OutcomeUnknownException}.
     */
    SHARED_FLUSH,
    /** The last commits before a loss of power may be undone; commits do not wait for the disk. */
    NORMAL
}
