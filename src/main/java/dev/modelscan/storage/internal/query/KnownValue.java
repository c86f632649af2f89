package dev.modelscan.storage.internal.query;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a column last was. Rows of a list have much in common, such as the status, the type or an empty object: where the bytes
 * are the same, so is the value, which is immutable.
 *
 * @param bytes where they lie, which is a whole row with some drivers
 * @param from where they begin
 * @param to where they end
 * @param value what they stand for
 */
record KnownValue(byte[] bytes, int from, int to, Object value) {

    /** Larger arrays are not kept: each column would keep a row of its own in memory. */
    private static final int MOST_BYTES = 4_096;

    /** What to compare the next row with. */
    static @Nullable KnownValue of(byte[] bytes, int from, int to, Object value) {
        return bytes.length <= MOST_BYTES ? new KnownValue(bytes, from, to, value) : null;
    }

    boolean isOf(byte[] others, int othersFrom, int othersTo) {
        return Arrays.equals(bytes, from, to, others, othersFrom, othersTo);
    }
}
