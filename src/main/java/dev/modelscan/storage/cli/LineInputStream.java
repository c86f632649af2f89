package dev.modelscan.storage.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/** One line of a file after the other, as a stream that ends where the line ends. No line is held in memory. */
final class LineInputStream extends InputStream {

    private final BufferedInputStream in;

    // As if a line had just ended; nextLine() goes to the first.
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

    /** Goes to the start of the next line; false where the file has ended. */
    boolean nextLine() throws IOException {
        while (read() >= 0) {
            // What is left of a line that does not parse.
        }
        in.mark(1);
        boolean more = in.read() >= 0;
        in.reset();
        lineEnded = !more;
        return more;
    }
}
