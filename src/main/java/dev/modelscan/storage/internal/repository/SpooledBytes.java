package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.values.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a stream held, with its hash: in memory up to 1 MiB, else in a temporary file that only this user can
 * read. So a slow stream keeps no transaction open, and a transaction that is tried again reads it again.
 */
final class SpooledBytes implements AutoCloseable {

    private static final int MOST_IN_MEMORY = 1_024 * 1_024;
    private static final int BUFFER = 64 * 1_024;

    private final MessageDigest digest = Sha256.digest();
    private byte[] bytes = {};
    private @Nullable Path path;
    private @Nullable RandomAccessFile file;
    private long size;

    private SpooledBytes() {}

    static SpooledBytes of(byte[] given) {
        SpooledBytes spooled = new SpooledBytes();
        spooled.bytes = given;
        spooled.size = given.length;
        spooled.digest.update(given);
        return spooled;
    }

    /** Reads the stream to its end. */
    static SpooledBytes read(InputStream from) throws IOException {
        SpooledBytes spooled = new SpooledBytes();
        try {
            byte[] first = from.readNBytes(MOST_IN_MEMORY);
            spooled.take(first, first.length);
            if (first.length < MOST_IN_MEMORY) {
                spooled.bytes = first;
            } else {
                spooled.spill(first, from);
            }
            return spooled;
        } catch (Throwable t) {
            Cleanup.after(t, spooled);
            throw t;
        }
    }

    private void spill(byte[] first, InputStream from) throws IOException {
        Path made = Files.createTempFile("modelscan-blob-", ".tmp");
        path = made;
        RandomAccessFile out = new RandomAccessFile(made.toFile(), "rw");
        file = out;
        try {
            // Without a name nothing is left of it if the process is killed.
            Files.delete(made);
        } catch (IOException openOnWindows) {
            // Deleted when it is closed.
        }
        out.write(first);
        byte[] buffer = new byte[BUFFER];
        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
            out.write(buffer, 0, read);
            take(buffer, read);
        }
    }

    private void take(byte[] read, int length) {
        digest.update(read, 0, length);
        size += length;
    }

    /** The id; to be asked for once. */
    BlobId takeId() {
        return new BlobId(HexFormat.of().formatHex(digest.digest()));
    }

    long size() {
        return size;
    }

    /** The bytes from the first on, of one such stream at a time. */
    InputStream open() throws IOException {
        RandomAccessFile from = file;
        if (from == null) {
            return new ByteArrayInputStream(bytes);
        }
        from.seek(0);
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return from.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return from.read(buffer, offset, length);
            }
        };
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
        if (path != null) {
            Files.deleteIfExists(path);
        }
    }
}
