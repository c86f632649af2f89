package dev.modelscan.storage.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a file line by line, as a stream that ends at the end of each line. Holds no line in memory. */
final class LineInputStream extends InputStream {

    private final BufferedInputStream in;

    // True before the first line, so that nextLine() moves to it.
    private boolean lineEnded = true;

    LineInputStream(BufferedInputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        if (lineEnded) {
            return -1;
        }
        int next = in.read();
        lineEnded = next < 0 || next == '\n';
        return lineEnded ? -1 : next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int next = read();
            if (next < 0) {
                return count == 0 ? -1 : count;
            }
            bytes[offset + count++] = (byte) next;
        }
        return count;
    }

    /** Moves to the start of the next line; false at the end of the file. */
    boolean nextLine() throws IOException {
        while (read() >= 0) {
            // Skips the rest of a line that does not parse.
        }
        in.mark(1);
        boolean more = in.read() >= 0;
        in.reset();
        lineEnded = !more;
        return more;
    }
}
