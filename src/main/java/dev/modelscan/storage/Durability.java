package dev.modelscan.storage;

/**
 * What a commit survives. Either way a crash of the process loses nothing, and the database stays consistent.
 *
 * @since 0.1
 */
public enum Durability {
    /** A commit that returned survives a loss of power: it waits for the disk. */
    FULL,
    /** The last commits before a loss of power may be undone; commits do not wait for the disk. */
    NORMAL
}
