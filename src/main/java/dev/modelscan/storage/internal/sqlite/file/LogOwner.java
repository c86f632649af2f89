package dev.modelscan.storage.internal.sqlite.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records which file a write-ahead log belongs to. SQLite takes any log with the right name, so it would
 * apply the log of a killed process to a backup that was renamed into place.
 *
 * <p>The log holds the inodes of both files as an extended attribute. A copy of a log has another inode, so
 * its mark proves nothing, and file systems without such attributes have no mark.
 */
public final class LogOwner {

    private static final Logger LOG = LoggerFactory.getLogger(LogOwner.class);

    private static final String ATTRIBUTE = "modelscan.database";

    private LogOwner() {}

    /** Marks the log as the file's. Opening the log drops no locks: SQLite has none on it. */
    static void mark(Path file, Path log) {
        try {
            UserDefinedFileAttributeView attributes = attributes(log);
            if (attributes != null) {
                attributes.write(ATTRIBUTE, StandardCharsets.UTF_8.encode(mark(inode(file), inode(log))));
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            LOG.debug("{} cannot be marked", log, e);
        }
    }

    /** Whether the log was marked as another file's. */
    public static boolean isOfAnother(Path file, Path log) {
        try {
            UserDefinedFileAttributeView attributes = attributes(log);
            if (attributes == null || !attributes.list().contains(ATTRIBUTE)) {
                return false;
            }
            ByteBuffer value = ByteBuffer.allocate(attributes.size(ATTRIBUTE));
            attributes.read(ATTRIBUTE, value);
            String marked = StandardCharsets.UTF_8.decode(value.flip()).toString();
            return marked.endsWith(mark("", inode(log))) && !marked.equals(mark(inode(file), inode(log)));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            LOG.debug("the owner of {} cannot be determined", log, e);
            return false;
        }
    }

    private static String mark(String file, String log) {
        return file + " log " + log;
    }

    private static String inode(Path path) throws IOException {
        return String.valueOf(Files.getAttribute(path, "unix:ino"));
    }

    private static @Nullable UserDefinedFileAttributeView attributes(Path path) {
        return Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
    }
}
