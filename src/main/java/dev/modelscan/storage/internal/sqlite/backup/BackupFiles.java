package dev.modelscan.storage.internal.sqlite.backup;

import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import dev.modelscan.storage.internal.sqlite.file.SyncedDirectories;
import dev.modelscan.storage.internal.values.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** The files of a backup, and how they get their names. */
final class BackupFiles {

    static final String MANIFEST = ".manifest.json";

    /** What is not whole. Nothing else has such a name, so it may be deleted by whoever holds the lock. */
    static final String PART = ".part";

    private static final int BUFFER = 1 << 20;

    private BackupFiles() {}

    static Path manifest(Path backup) {
        return SqliteFiles.beside(backup, MANIFEST);
    }

    static Path part(Path file) {
        return SqliteFiles.beside(file, PART);
    }

    /** Gives a whole file its name. It is on the disk before it has it, and so is the name when this returns. */
    static void complete(Path part, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        SyncedDirectories.syncName(file);
    }

    /** Deletes what an interrupted backup or restore has left of a file that is not whole. */
    static void deletePart(Path part) throws IOException {
        Files.deleteIfExists(SqliteFiles.beside(part, "-journal"));
        Files.deleteIfExists(part);
    }

    /** The hash of a file, which no SQLite connection of this process may have open under locks. */
    static String sha256(Path file, LongConsumer read) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[BUFFER];
        long done = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                done += n;
                read.accept(done);
                requireNotInterrupted();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What streams of files do not look at, and channels do. */
    static void requireNotInterrupted() throws ClosedByInterruptException {
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }
}
