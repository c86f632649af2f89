package dev.modelscan.storage;

import dev.modelscan.storage.errors.InvalidDataException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list to read: at most {@code limit} rows, from the start or behind a cursor.
 *
 * @param limit how many rows at the most, 1 to {@link #MAX_LIMIT}
 * @param after the place to go on from; null for the start
 * @since 0.1
 */
public record PageRequest(int limit, @Nullable Cursor after) {

    /** The most rows that one page, or one list, may ask for. */
    public static final int MAX_LIMIT = 10_000;

    /**
     * Checks the limit.
     *
     * @throws InvalidDataException where {@code limit} is below 1 or above {@link #MAX_LIMIT}
     */
    public PageRequest {
        checkLimit(limit);
    }

    /** The first {@code limit} rows. */
    public static PageRequest first(int limit) {
        return new PageRequest(limit, null);
    }

    /** At most {@code limit} rows behind the place that a page gave. */
    public static PageRequest after(Cursor cursor, int limit) {
        Objects.requireNonNull(cursor, "cursor");
        return new PageRequest(limit, cursor);
    }

    /**
     * Checks a limit as every list does.
     *
     * @throws InvalidDataException where it is below 1 or above {@link #MAX_LIMIT}
     */
    public static void checkLimit(int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new InvalidDataException("page", null, "limit", limit + " is not in 1 to " + MAX_LIMIT);
        }
    }

    /**
     * Checks an offset as every list does.
     *
     * @throws InvalidDataException where it is negative
     */
    public static void checkOffset(int offset) {
        if (offset < 0) {
            throw new InvalidDataException("page", null, "offset", offset + " is negative");
        }
    }
}
