package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.values.StoredJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** A row as bytes that are equal on both engines exactly if the values are equal. */
final class CanonicalRow {

    private static final byte NOTHING = 0;
    private static final byte NUMBER = 1;
    private static final byte TEXT = 2;

    private byte[] bytes = new byte[4_096];
    private int length;

    void clear() {
        length = 0;
    }

    void nothing() {
        reserve(1);
        bytes[length++] = NOTHING;
    }

    /** A number, or a time in microseconds. */
    void number(long value) {
        reserve(9);
        bytes[length++] = NUMBER;
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
    }

    /** Text in UTF-8, or bytes. The length comes first, so that two values cannot merge. */
    void text(byte[] value, int size) {
        reserve(5L + size);
        bytes[length++] = TEXT;
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (size >>> shift);
        }
        System.arraycopy(value, 0, bytes, length, size);
        length += size;
    }

    /** Bytes that are given as two hexadecimal digits each. */
    void hexadecimal(byte[] value, int size) {
        byte[] plain = new byte[size / 2];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = (byte) (HexFormat.fromHexDigit(value[2 * i]) << 4 | HexFormat.fromHexDigit(value[2 * i + 1]));
        }
        text(plain, plain.length);
    }

    /** JSON by its value: jsonb changes the order of keys, white space and the notation of numbers. */
    void json(byte[] value, int size) {
        if (size == 2 && (value[0] == '{' || value[0] == '[')) {
            text(value, size); // Empty, like nearly all metadata.
            return;
        }
        String canonical = StoredJson.of(new String(value, 0, size, StandardCharsets.UTF_8))
                .canonical();
        byte[] encoded = canonical.getBytes(StandardCharsets.UTF_8);
        text(encoded, encoded.length);
    }

    boolean sameAs(CanonicalRow other) {
        return Arrays.equals(bytes, 0, length, other.bytes, 0, other.length);
    }

    void addTo(MessageDigest digest) {
        digest.update(bytes, 0, length);
    }

    private void reserve(long more) {
        long needed = length + more;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(
                    bytes, Math.toIntExact(Math.max(needed, Math.min(2L * bytes.length, Integer.MAX_VALUE - 8))));
        }
    }
}
