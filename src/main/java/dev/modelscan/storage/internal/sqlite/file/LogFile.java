package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.internal.query.Cleanup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The write-ahead log as a file. SQLite has no lock on it that closing it could drop, unlike the database and its
 * index. While the anchor is open it stays the file that SQLite writes.
 */
final class LogFile {

    private static final int CHUNK = 1 << 16;

    private LogFile() {}

    /** Opens the recorded log, to flush it. */
    static AsynchronousFileChannel open(Path file, FileGuard guard) {
        return open(file, guard, log -> AsynchronousFileChannel.open(log, StandardOpenOption.WRITE));
    }

    private interface Opening<C> {
        C open(Path log) throws IOException;
    }

    private static <C extends Channel> C open(Path file, FileGuard guard, Opening<C> opening) {
        Path log = SqliteFiles.beside(file, "-wal");
        try {
            C channel = opening.open(log);
            try {
                guard.requireLog();
                return channel;
            } catch (Throwable t) {
                Cleanup.after(t, channel);
                throw t;
            }
        } catch (IOException e) {
            throw FileFacts.failed(log + " cannot be opened", e);
        }
    }

    /**
     * Writes each byte of the recorded log again, so that the system writes it to the disk again, and flushes them.
     * Readers see the same bytes at any time. An interrupt does not end it.
     */
    static void rewrite(Path file, FileGuard guard) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (!tryRewrite(file, guard)) {
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns whether each byte was flushed: an interrupt closes the channel. */
    private static boolean tryRewrite(Path file, FileGuard guard) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (FileChannel log =
                open(file, guard, path -> FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
            long at = 0;
            while (log.read(chunk.clear(), at) > 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    at += log.write(chunk, at);
                }
            }
            if (at > 0) {
                log.force(false);
            }
            return true;
        } catch (ClosedByInterruptException e) {
            return false;
        }
    }
}
