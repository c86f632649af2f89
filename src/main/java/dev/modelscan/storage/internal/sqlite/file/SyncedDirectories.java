package dev.modelscan.storage.internal.sqlite.file;

import java.io.File;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names in directories that a loss of power does not take. */
public final class SyncedDirectories {

    private static final Logger LOG = LoggerFactory.getLogger(SyncedDirectories.class);

    private SyncedDirectories() {}

    /**
     * Creates a directory and its missing parents, and writes their names to the disk: what is in a directory is lost with its
     * name. Goes on if the names cannot be written, as SQLite does with the names of its files: the caller may not be
     * allowed to read the directory that they are in.
     */
    public static void create(Path directory) throws IOException {
        Deque<Path> created = new ArrayDeque<>();
        for (Path each = directory.toAbsolutePath();
                each != null && !Files.isDirectory(each);
                each = each.getParent()) {
            created.push(each);
        }
        Files.createDirectories(directory);
        for (Path each : created) {
            try {
                syncName(each);
            } catch (IOException e) {
                LOG.debug("the name of {} was not flushed", each, e);
            }
        }
    }

    /**
     * Writes the names in a file's directory to the disk. Windows cannot, and need not. An interrupt waits for it: the file has
     * its name already, so nothing can be called off any more.
     */
    public static void syncName(Path file) throws IOException {
        if (File.separatorChar == '\\') {
            return;
        }
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        boolean interrupted = Thread.interrupted();
        try {
            while (!isSynced(directory)) {
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** False if an interrupt was in the way. */
    private static boolean isSynced(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
            return true;
        } catch (ClosedByInterruptException e) {
            return false;
        }
    }
}
