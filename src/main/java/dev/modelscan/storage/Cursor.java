package dev.modelscan.storage;

import java.util.Objects;

/**
 * A place in a list: after the last row of a page. Its text is opaque; you can store it, or send it to a client and
 * take it back. It belongs to a list method, such as the tasks of an agent, and does not contain the agent: pass the
 * same arguments again. It stays valid when rows are added or deleted, because it holds the position of the last row,
 * not a count.
 *
 * @param value the place as URL-safe text
 * @since 0.1.0
 */
public record Cursor(String value) {

    /**
     * Takes a cursor's text back. A list throws {@link IllegalArgumentException} for a text that is not one of its
     * cursors.
     *
     * @throws IllegalArgumentException if the text is empty
     */
    public Cursor {
        if (Objects.requireNonNull(value, "value").isEmpty()) {
            throw new IllegalArgumentException("cursor is empty; for the first page, leave it out");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
