package dev.modelscan.storage.internal.transfer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows in the text format of {@code COPY}: values separated by tabs, one row per line. */
final class CopyText {

    private static final byte[] HEX_DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int length;
    private int[] rowEnds = new int[1_024];
    private int rows;
    private boolean first = true;

    CopyText(int capacity) {
        bytes = new byte[capacity];
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    int rows() {
        return rows;
    }

    /** The start of a row; for the number of rows, the end of the last one. */
    int start(int row) {
        return row == 0 ? 0 : rowEnds[row - 1];
    }

    /** The values of a row, unescaped; null for SQL's null. */
    List<@Nullable String> values(int row) {
        List<@Nullable String> values = new ArrayList<>();
        int end = start(row + 1) - 1;
        for (int from = start(row); from <= end; ) {
            int to = from;
            while (to < end && bytes[to] != '\t') {
                to++;
            }
            values.add(value(from, to));
            from = to + 1;
        }
        return values;
    }

    private @Nullable String value(int from, int to) {
        if (to - from == 2 && bytes[from] == '\\' && bytes[from + 1] == 'N') {
            return null;
        }
        byte[] plain = new byte[to - from];
        int size = 0;
        for (int at = from; at < to; at++) {
            plain[size++] = bytes[at] == '\\' ? unescape(bytes[++at]) : bytes[at];
        }
        return new String(plain, 0, size, StandardCharsets.UTF_8);
    }

    private static byte unescape(byte escape) {
        return switch (escape) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> escape;
        };
    }

    void nothing() {
        separate();
        write('\\');
        write('N');
    }

    void number(long value) {
        separate();
        plain(Long.toString(value));
    }

    /** ASCII without characters that must be escaped. */
    void ascii(String value) {
        separate();
        plain(value);
    }

    /** UTF-8 without NUL. */
    void text(byte[] value) {
        separate();
        reserve(2 * (long) value.length);
        for (byte b : value) {
            int escape = escape(b);
            if (escape != 0) {
                bytes[length++] = '\\';
                bytes[length++] = (byte) escape;
            } else {
                bytes[length++] = b;
            }
        }
    }

    /** Bytes as {@code bytea} reads them: a backslash, which is escaped, an x, and two digits for each byte. */
    void hexadecimal(byte[] value) {
        separate();
        plain("\\\\x");
        reserve(2L * value.length);
        for (byte b : value) {
            bytes[length++] = HEX_DIGITS[b >> 4 & 0xf];
            bytes[length++] = HEX_DIGITS[b & 0xf];
        }
    }

    void endRow() {
        write('\n');
        if (rows == rowEnds.length) {
            rowEnds = Arrays.copyOf(rowEnds, rows * 2);
        }
        rowEnds[rows++] = length;
        first = true;
    }

    /** Removes all rows, including an unfinished one. */
    void clear() {
        length = 0;
        rows = 0;
        first = true;
    }

    private static int escape(byte b) {
        return switch (b) {
            case '\\' -> '\\';
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\r' -> 'r';
            default -> 0;
        };
    }

    private void separate() {
        if (!first) {
            write('\t');
        }
        first = false;
    }

    private void plain(String value) {
        byte[] ascii = value.getBytes(StandardCharsets.ISO_8859_1);
        reserve(ascii.length);
        System.arraycopy(ascii, 0, bytes, length, ascii.length);
        length += ascii.length;
    }

    private void write(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
    }

    private void reserve(long more) {
        long needed = length + more;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(
                    bytes, Math.toIntExact(Math.max(needed, Math.min(2L * bytes.length, Integer.MAX_VALUE - 8))));
        }
    }
}
