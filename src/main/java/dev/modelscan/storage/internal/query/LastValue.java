package dev.modelscan.storage.internal.query;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a column last was. Rows of a list have much in common, such as the status, the type or an empty object: where the bytes
 * are the same, so is the value, which is immutable. A column that is another in each row, such as an id, is soon left alone.
 */
final class LastValue {

    /** Larger arrays are not kept: with some drivers each column would keep a row of its own in memory. */
    private static final int MOST_BYTES = 4_096;

    private static final int MOST_MISSES = 8;

    private byte[] bytes = {};
    private int from;
    private int to;
    private @Nullable Object value;
    private int misses;

    /** That of a place, made at its first use; null where none are kept. */
    static @Nullable LastValue at(@Nullable LastValue @Nullable [] all, int place) {
        if (all == null) {
            return null;
        }
        LastValue there = all[place];
        if (there == null) {
            there = new LastValue();
            all[place] = there;
        }
        return there;
    }

    /** The value that these bytes had the last time; null where that was another. */
    @Nullable
    Object of(byte[] others, int othersFrom, int othersTo) {
        if (value != null && Arrays.equals(bytes, from, to, others, othersFrom, othersTo)) {
            misses = 0;
            return value;
        }
        return null;
    }

    /** Remembers a value; the bytes must not change. */
    void keep(byte[] newBytes, int newFrom, int newTo, Object newValue) {
        if (misses == MOST_MISSES || newBytes.length > MOST_BYTES) {
            value = null;
            return;
        }
        misses++;
        bytes = newBytes;
        from = newFrom;
        to = newTo;
        value = newValue;
    }
}
