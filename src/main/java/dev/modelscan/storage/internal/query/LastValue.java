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

    /**
     * The value that these bytes are the text of, which must not change.
     *
     * @param all what the columns last were; null where nothing will be there again
     * @param place that of the column, which is always decoded alike
     */
    @SuppressWarnings("unchecked")
    static <T> T decode(
            @Nullable LastValue @Nullable [] all, int place, Codec<T> codec, byte[] bytes, int from, int to) {
        if (all == null) {
            return codec.decode(bytes, from, to);
        }
        LastValue last = all[place];
        if (last == null) {
            last = new LastValue();
            all[place] = last;
        }
        Object same = last.of(bytes, from, to);
        if (same != null) {
            return (T) same;
        }
        T value = codec.decode(bytes, from, to);
        last.keep(bytes, from, to, value);
        return value;
    }

    /** The value that these bytes had the last time; null where that was another. */
    private @Nullable Object of(byte[] others, int othersFrom, int othersTo) {
        if (value != null && Arrays.equals(bytes, from, to, others, othersFrom, othersTo)) {
            misses = 0;
            return value;
        }
        return null;
    }

    private void keep(byte[] newBytes, int newFrom, int newTo, Object newValue) {
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
