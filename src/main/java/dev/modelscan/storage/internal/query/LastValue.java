package dev.modelscan.storage.internal.query;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The last value of a column. Rows of a list often repeat a status, a type or an empty object: if the bytes
 * are equal, the decoded value, which is immutable, is reused. A column that differs in each row, such as an
 * id, is soon no longer compared.
 */
final class LastValue {

    /** Longer values seldom repeat, and would stay in memory as long as the result. */
    private static final int MOST_BYTES = 4_096;

    private static final int MOST_MISSES = 8;

    private byte[] bytes = {};
    private @Nullable Object value;
    private int misses;

    /**
     * The decoded value of these bytes, which must not change afterwards. A column always has the same codec.
     */
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
