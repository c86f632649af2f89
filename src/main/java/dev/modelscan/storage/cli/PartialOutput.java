package dev.modelscan.storage.cli;

import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A temporary file or directory beside the one that is written, which gets its name when it is complete. The temporary name is
 * always the same, so the next run deletes what a killed one has left. A lock file keeps other processes away meanwhile.
 */
final class PartialOutput implements AutoCloseable {

    /** The locks of this process. To close a second channel of a file would release the lock that the first one has. */
    private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Path lockFile;
    private final FileChannel channel;
    private final Thread onInterrupt = new Thread(this::deleteQuietly);

    /**
     * Takes the place, and empties it.
     *
     * @throws IOException if there is no such directory, or if somebody else writes the same
     */
    PartialOutput(Path target) throws IOException {
        Path directory = directoryOf(target);
        path = directory.resolve(target.getFileName() + ".modelscan.part");
        lockFile = directory.toRealPath().resolve(target.getFileName() + ".modelscan.lock");
        if (!TAKEN.add(lockFile)) {
            throw new IOException(target + " is being written already");
        }
        FileChannel locked = null;
        try {
            while (locked == null) {
                locked = lock(target);
            }
        } finally {
            if (locked == null) {
                TAKEN.remove(lockFile);
            }
        }
        channel = locked;
        try {
            Runtime.getRuntime().addShutdownHook(onInterrupt);
            TemporaryFiles.delete(path);
        } catch (IOException | RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    /**
     * The directory of what is to be written.
     *
     * @throws IOException if there is no such directory
     */
    static Path directoryOf(Path target) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IOException("no such directory: " + directory);
        }
        return directory;
    }

    /** Null if the one that had the lock has deleted its file, so that others lock a new one. */
    private @Nullable FileChannel lock(Path target) throws IOException {
        FileChannel opened = openLock(target);
        try {
            Object key = key();
            if (opened.tryLock() == null) {
                throw new IOException(target + " is being written by another process");
            }
            if (Objects.equals(key, key())) {
                return opened;
            }
        } catch (NoSuchFileException e) {
            // Deleted between two of the calls above.
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        opened.close();
        return null;
    }

    /** The user knows nothing of the lock: what cannot be made is the target, unless the lock is there, as of another user. */
    private FileChannel openLock(Path target) throws IOException {
        try {
            return FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (FileSystemException e) {
            String reason = e.getReason() == null && e instanceof AccessDeniedException
                    ? "permission denied in its directory"
                    : String.valueOf(e.getReason());
            if (Files.exists(lockFile, LinkOption.NOFOLLOW_LINKS)) {
                reason = "its lock " + lockFile + " is there, and cannot be opened";
            }
            throw new IOException(target + " cannot be written: " + reason, e);
        }
    }

    private @Nullable Object key() throws IOException {
        return Files.readAttributes(lockFile, BasicFileAttributes.class).fileKey();
    }

    /** Where to make it; nothing is there yet. */
    Path path() {
        return path;
    }

    /** Attributes of what only its owner may read, if the file system has such. */
    FileAttribute<?>[] ownersAlone(String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Deletes what is not whole, and the lock. */
    @Override
    public void close() throws IOException {
        try (channel) {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
            try {
                TemporaryFiles.delete(path);
            } finally {
                Files.deleteIfExists(lockFile);
            }
        } catch (IllegalStateException e) {
            // The program is being ended, and the hook does the same.
        } finally {
            TAKEN.remove(lockFile);
        }
    }

    /** Closes it since it cannot be made or used. */
    void closeAfter(Exception why) {
        try {
            close();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private void deleteQuietly() {
        try {
            TemporaryFiles.delete(path);
            Files.deleteIfExists(lockFile);
        } catch (IOException e) {
            // The next run deletes it.
        }
    }
}
