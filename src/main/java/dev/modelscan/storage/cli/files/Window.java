package dev.modelscan.storage.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The bytes of a source with a look ahead. Counts what was taken, and its lines. */
final class Window {

    private final InputStream in;
    private byte[] buffer = new byte[1 << 16];
    private int from;
    private int to;
    private boolean ended;
    private long offset;
    private long line = 1;

    Window(InputStream in) {
        this.in = in;
    }

    /** The next bytes, at most so many, without taking them. Fewer only at the end of the source. */
    byte[] peek(int length) throws IOException {
        if (buffer.length - from < length) {
            byte[] larger = new byte[Math.max(buffer.length, length)];
            System.arraycopy(buffer, from, larger, 0, to - from);
            buffer = larger;
            to -= from;
            from = 0;
        }
        while (to - from < length && fillOnce()) {
            // Until there are enough.
        }
        return Arrays.copyOfRange(buffer, from, Math.min(to, from + length));
    }

    /** The next byte, without taking it; -1 at the end. */
    int look() throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
            if (!fillOnce()) {
                return -1;
            }
        }
        return buffer[from] & 0xFF;
    }

    /** Takes the next byte, which {@link #look} has shown. */
    void take() {
        if (buffer[from++] == '\n') {
            line++;
        }
        offset++;
    }

    /** Takes the next bytes up to a separator, at most so many. Returns how many; 0 if it is next, or at the end. */
    int take(byte[] target, int start, int most, int separator) throws IOException {
        if (look() < 0) {
            return 0;
        }
        int end = from + Math.min(to - from, most);
        int next = from;
        while (next < end && buffer[next] != separator) {
            if (buffer[next++] == '\n') {
                line++;
            }
        }
        int count = next - from;
        System.arraycopy(buffer, from, target, start, count);
        from = next;
        offset += count;
        return count;
    }

    /** The number of bytes that were taken. */
    long offset() {
        return offset;
    }

    /** The line of the next byte, from 1. */
    long line() {
        return line;
    }

    private boolean fillOnce() throws IOException {
        if (ended || to == buffer.length) {
            return false;
        }
        int count = in.read(buffer, to, buffer.length - to);
        ended = count < 0;
        to += Math.max(0, count);
        return !ended;
    }
}
