package dev.modelscan.storage;

import java.util.Objects;

/**
 * A place in a list: behind the last row of a page. Opaque: keep it, send it to a client and take it back, but do not
 * take it apart. It belongs to the list, such as the tasks of an agent, and not to what that was filtered by. It stays
 * good while rows come and go, since it holds the last row's position and not a count.
 *
 * @param value the place as URL-safe text
 * @since 0.1.0
 */
public record Cursor(String value) {

    /**
     * Takes a cursor's text back. The list that it is handed to rejects a text that none of its pages gave
     * out.
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
