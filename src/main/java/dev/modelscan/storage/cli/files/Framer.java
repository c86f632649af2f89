package dev.modelscan.storage.cli.files;

import java.io.IOException;
import java.io.InputStream;

/** Parts the bytes of a source. It is the stream of the current part, which ends where the part ends. */
abstract class Framer extends InputStream {

    final Window window;

    private boolean partEnded = true;

    Framer(Window window) {
        this.window = window;
    }

    /** Skips the rest of the part, and moves to the next one; false at the end of the source. */
    final boolean nextPart() throws IOException {
        while (read() >= 0) {
            // Skips what was not read.
        }
        partEnded = !begin();
        return !partEnded;
    }

    /** Moves to the start of a part; false at the end of the source. */
    abstract boolean begin() throws IOException;

    /** Sees the next byte of the part, which may be -1 at the end of the source; false if the part ends before it. */
    abstract boolean accept(int next);

    /** Whether the part ended with the byte that was accepted last. */
    abstract boolean isComplete();

    /** The number of the array that the part is an element of, from 1; 0 if it is in none. */
    int array() {
        return 0;
    }

    final boolean isEnded() {
        return partEnded;
    }

    @Override
    public int read() throws IOException {
        if (partEnded) {
            return -1;
        }
        int next = window.look();
        if (next < 0 || !accept(next)) {
            partEnded = true;
            return -1;
        }
        window.take();
        partEnded = isComplete();
        return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = 0;
        while (count < length) {
            int next = read();
            if (next < 0) {
                return count == 0 && length > 0 ? -1 : count;
            }
            bytes[offset + count++] = (byte) next;
        }
        return count;
    }
}
