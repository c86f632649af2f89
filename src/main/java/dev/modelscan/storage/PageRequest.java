package dev.modelscan.storage;

import dev.modelscan.storage.internal.values.Ranges;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list to read: at most {@code limit} rows, from the start or after a cursor.
 *
 * @param limit the maximum number of rows, 1 to {@link #MAX_LIMIT}
 * @param after the place to go on from; null for the start
 * @since 0.1.0
 */
public record PageRequest(int limit, @Nullable Cursor after) {

    /** The most rows that one page, or one list, may ask for. */
    public static final int MAX_LIMIT = 10_000;

    /**
     * Checks the limit. Use {@link #first} or {@link #after}.
     *
     * @throws IllegalArgumentException if {@code limit} is below 1 or above {@link #MAX_LIMIT}
     */
    public PageRequest {
        Ranges.require("limit", limit, 1, MAX_LIMIT);
    }

    /**
     * The first {@code limit} rows.
     *
     * @throws IllegalArgumentException if {@code limit} is below 1 or above {@link #MAX_LIMIT}
     */
    public static PageRequest first(int limit) {
        return new PageRequest(limit, null);
    }

    /**
     * At most {@code limit} rows after the cursor that a page gave.
     *
     * @throws IllegalArgumentException if {@code limit} is below 1 or above {@link #MAX_LIMIT}
     */
    public static PageRequest after(Cursor cursor, int limit) {
        Objects.requireNonNull(cursor, "cursor");
        return new PageRequest(limit, cursor);
    }
}
