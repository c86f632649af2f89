package dev.modelscan.storage.internal.query;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a column last was. Rows of a list have much in common, such as the status, the type or an empty object: where the bytes
 * are the same, so is the value, which is immutable. A column that is another in each row, such as an id, is soon left alone.
 */
final class LastValue {

    /** Longer values are seldom the same, and would be kept in memory for as long as the result is. */
    private static final int MOST_BYTES = 4_096;

    private static final int MOST_MISSES = 8;

    private byte[] bytes = {};
    private @Nullable Object value;
    private int misses;

    /** The value that these bytes are the text of, which must not change. A column is always decoded alike. */
    @SuppressWarnings("unchecked")
    <T> T decode(Codec<T> codec, byte[] newBytes) {
        if (value != null && Arrays.equals(bytes, newBytes)) {
            misses = 0;
            return (T) value;
        }
        T decoded = codec.decode(newBytes, 0, newBytes.length);
        keep(newBytes, decoded);
        return decoded;
    }

    private void keep(byte[] newBytes, Object newValue) {
        if (misses == MOST_MISSES || newBytes.length > MOST_BYTES) {
            value = null;
            return;
        }
        misses++;
        bytes = newBytes;
        value = newValue;
    }
}
