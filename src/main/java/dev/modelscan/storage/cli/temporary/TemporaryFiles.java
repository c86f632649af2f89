package dev.modelscan.storage.cli.temporary;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Temporary files that only this user can read. Those of a process are in a directory of their own, beside a file on which it has
 * a lock until it ends. So the next process can tell the directories of those that were killed, and deletes them.
 */
public final class TemporaryFiles {

    private static final String PREFIX = "modelscan-";
    private static final String LOCK = ".lock";
    private static final String FILES = ".files";

    /** The locks of this process. A channel that nobody refers to is closed by the garbage collector, which drops its lock. */
    private static final Map<Path, FileChannel> OWN = new HashMap<>();

    private static @Nullable Path directory;

    private TemporaryFiles() {}

    /** A new file; whoever asks for it deletes it. */
    public static Path create(String suffix) throws IOException {
        Path file = Files.createTempFile(directory(), "", suffix);
        file.toFile().deleteOnExit();
        return file;
    }

    /** A new file that holds what is left of a stream; none if that cannot be read or written. */
    public static Path copy(InputStream in, String suffix) throws IOException {
        Path file = create(suffix);
        try {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** A new directory; whoever asks for it deletes it. */
    public static Path createDirectory() throws IOException {
        return Files.createTempDirectory(directory(), "");
    }

    private static synchronized Path directory() throws IOException {
        Path known = directory;
        if (known == null || !Files.isDirectory(known)) {
            known = make();
            directory = known;
        }
        return known;
    }

    private static Path make() throws IOException {
        while (true) {
            Path lock = Files.createTempFile(PREFIX, LOCK);
            FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
            OWN.put(lock, channel);
            channel.lock();
            // Another process may have taken it for that of a killed one just before.
            if (Files.exists(lock)) {
                Path made = Files.createDirectory(filesOf(lock));
                lock.toFile().deleteOnExit();
                made.toFile().deleteOnExit();
                deleteLeft(lock);
                return made;
            }
        }
    }

    private static Path filesOf(Path lock) {
        String name = lock.getFileName().toString();
        return lock.resolveSibling(name.substring(0, name.length() - LOCK.length()) + FILES);
    }

    /** Deletes what killed processes of this user have left. Opening the own lock's file would drop the lock. */
    private static void deleteLeft(Path own) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(own.getParent(), PREFIX + "*" + LOCK)) {
            for (Path lock : locks) {
                if (!OWN.containsKey(lock)) {
                    deleteIfLeft(lock, own);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private static void deleteIfLeft(Path lock, Path own) {
        try {
            if (!Files.getOwner(lock, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))) {
                return;
            }
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                if (channel.tryLock() != null) {
                    delete(filesOf(lock));
                    Files.delete(lock);
                }
            }
        } catch (IOException | OverlappingFileLockException e) {
            // Deleted meanwhile, or not to be deleted by this user: the next process tries again.
        }
    }

    /** Deletes a file, or a directory with all that is in it; nothing if it does not exist. */
    public static void delete(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(file)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path each : deepestFirst) {
            Files.deleteIfExists(each);
        }
    }
}
