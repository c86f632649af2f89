package dev.modelscan.storage.cli.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Streams one after another, each of which is opened when the one before it has ended. */
final class Joined extends InputStream {

    private final Iterator<Input.Opener> next;
    private final Closeable owner;
    private @Nullable InputStream current;

    /** Parts, in their order. */
    Joined(Iterator<Input.Opener> parts) {
        this(parts, () -> {});
    }

    /**
     * Parts, in their order.
     *
     * @param owner what they are read from, which is closed with this
     */
    Joined(Iterator<Input.Opener> parts, Closeable owner) {
        this.next = parts;
        this.owner = owner;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (length > 0) {
            if (current == null) {
                if (!next.hasNext()) {
                    return -1;
                }
                current = next.next().open();
            }
            int count = current.read(buffer, offset, length);
            if (count >= 0) {
                return count;
            }
            closeCurrent();
        }
        return 0;
    }

    private void closeCurrent() throws IOException {
        InputStream ended = current;
        current = null;
        if (ended != null) {
            ended.close();
        }
    }

    @Override
    public void close() throws IOException {
        try (owner) {
            closeCurrent();
        }
    }
}
