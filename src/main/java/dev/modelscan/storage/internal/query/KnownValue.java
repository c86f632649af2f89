package dev.modelscan.storage.internal.query;

import java.util.Arrays;

/**
 * What a column last was. Rows of a list have much in common, such as the status, the type or an empty object: where the bytes
 * are the same, so is the value, which is immutable.
 */
record KnownValue(byte[] bytes, int from, int to, Object value) {

    boolean isOf(byte[] others, int othersFrom, int othersTo) {
        return Arrays.equals(bytes, from, to, others, othersFrom, othersTo);
    }
}
