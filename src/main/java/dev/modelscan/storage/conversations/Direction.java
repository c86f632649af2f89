package dev.modelscan.storage.conversations;

/**
 * Which way a conversation is read, page by page. It decides which page comes next, and not the order within
 * a page: there the oldest message always comes first.
 *
 * @since 0.1.0
 */
public enum Direction {
    /** From the first message to the newest. */
    FORWARD,
    /** From the newest messages back to the first. */
    BACKWARD
}
