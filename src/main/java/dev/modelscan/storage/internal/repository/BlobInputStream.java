package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.values.Sha256;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.IntFunction;

/** A blob's bytes, read chunk by chunk, and checked against its size and its hash at the end. */
final class BlobInputStream extends InputStream {

    private final Blob blob;
    private final IntFunction<byte[]> chunks;
    private final MessageDigest digest = Sha256.digest();
    private byte[] chunk = {};
    private int at;
    private int position;
    private long left;
    private boolean checked;

    /**
     * Reads nothing yet.
     *
     * @param chunks gives the chunk at a position, from 0; throws if there is none
     */
    BlobInputStream(Blob blob, IntFunction<byte[]> chunks) {
        this.blob = blob;
        this.chunks = chunks;
        this.left = blob.size();
    }

    @Override
    public int read() {
        return fill() ? chunk[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, to.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int read = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, to, offset, read);
        at += read;
        return read;
    }

    @Override
    public int available() {
        return chunk.length - at;
    }

    /** Makes sure that there is a byte to read; false at the end. */
    private boolean fill() {
        if (at < chunk.length) {
            return true;
        }
        if (left == 0) {
            check();
            return false;
        }
        byte[] next = chunks.apply(position++);
        digest.update(next);
        left -= next.length;
        chunk = next;
        at = 0;
        if (left < 0) {
            throw damaged("more than " + blob.size() + " bytes are stored");
        }
        if (left == 0) {
            // Before the last bytes are handed out: a caller that knows the size may not ask for the end.
            check();
        }
        return true;
    }

    private void check() {
        if (!checked) {
            String hash = HexFormat.of().formatHex(digest.digest());
            if (!hash.equals(blob.id().value())) {
                throw damaged("the stored bytes have the hash " + hash);
            }
            checked = true;
        }
    }

    private CorruptDatabaseException damaged(String what) {
        return new CorruptDatabaseException(
                "blob " + blob.id() + " is not what was stored: " + what + "; restore it from a backup", null);
    }
}
