package dev.modelscan.storage.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * UTF-8, with a JSON escape for each byte that is none: U+DC80 to U+DCFF, the half of a surrogate pair that Python's {@code
 * surrogateescape} stands for the byte. Half a pair that was encoded by itself is left as it is, since parsers take it.
 */
final class Utf8Stream extends InputStream {

    private final InputStream in;
    private final byte[] raw = new byte[8_192];
    private int from;
    private int to;
    private boolean ended;
    private long replaced;
    private byte[] pending = new byte[0];
    private int position;

    Utf8Stream(InputStream in) {
        this.in = in;
    }

    /** How many bytes were replaced up to now. */
    long replaced() {
        return replaced;
    }

    /** Whether a text holds what stands for a byte. */
    static boolean isMarked(String text) {
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next >= 0xDC80 && next <= 0xDCFF && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            if (position < pending.length) {
                target[offset + count++] = pending[position++];
                continue;
            }
            if (from == to && !fill()) {
                break;
            }
            int ascii = asciiFrom(Math.min(to - from, length - count));
            if (ascii == 0) {
                take();
                continue;
            }
            System.arraycopy(raw, from, target, offset + count, ascii);
            from += ascii;
            count += ascii;
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    /** How many of the next bytes are ASCII, at most so many. */
    private int asciiFrom(int most) {
        int length = 0;
        while (length < most && raw[from + length] >= 0) {
            length++;
        }
        return length;
    }

    /** Takes one character of several bytes, or one byte that is none. */
    private void take() throws IOException {
        int length = length(raw[from] & 0xFF);
        while (length > to - from && fill()) {
            // Until the character is whole.
        }
        if (length > 0 && isWhole(length)) {
            pending = Arrays.copyOfRange(raw, from, from + length);
            from += length;
        } else {
            pending = String.format("\\udc%02x", raw[from++] & 0xFF).getBytes(StandardCharsets.US_ASCII);
            replaced++;
        }
        position = 0;
    }

    private static int length(int lead) {
        if (lead >= 0xC2 && lead <= 0xDF) {
            return 2;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return 3;
        }
        return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    }

    private boolean isWhole(int length) {
        if (length > to - from) {
            return false;
        }
        for (int i = 1; i < length; i++) {
            if ((raw[from + i] & 0xC0) != 0x80) {
                return false;
            }
        }
        int lead = raw[from] & 0xFF;
        int second = raw[from + 1] & 0xFF;
        return switch (lead) {
            case 0xE0 -> second >= 0xA0;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second < 0x90;
            default -> true;
        };
    }

    /** Reads more bytes behind those that are there; false at the end. */
    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        System.arraycopy(raw, from, raw, 0, to - from);
        to -= from;
        from = 0;
        int count = in.read(raw, to, raw.length - to);
        ended = count < 0;
        to += Math.max(0, count);
        return !ended;
    }
}
