package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.query.Cleanup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why a database file could not be opened, read or written: SQLite's codes do not contain the
 * system's error. Never opens the database or its {@code -shm} file, since closing them would drop SQLite's
 * locks in this process.
 */
public final class FileFacts {

    private static final int PROBE_BYTES = 65_536;

    private static final String RAISE_LIMIT = "; close some, or raise the limit of this process (ulimit -n)";

    /** ENOSPC, EDQUOT and EFBIG, and their texts on Windows. */
    private static final Pattern NO_SPACE = Pattern.compile("space|quota|too large", Pattern.CASE_INSENSITIVE);

    private static final Pattern TOO_MANY_OPEN = Pattern.compile("too many open files", Pattern.CASE_INSENSITIVE);

    private FileFacts() {}

    /**
     * The exception for the caller; {@code what} names the file and what failed, and the reason is appended.
     */
    public static StorageException failed(String what, IOException e) {
        // An interrupt closes the channel that its thread writes or flushes.
        if (e instanceof ClosedByInterruptException || e instanceof FileLockInterruptionException) {
            return new CancelledException(what + ": the thread was interrupted", e);
        }
        String reason = reason(e);
        return NO_SPACE.matcher(reason).find()
                ? new StorageFullException(what + ": " + reason, e)
                : new UnavailableException(what + ": " + reason + hint(reason), e);
    }

    private static String hint(String reason) {
        return TOO_MANY_OPEN.matcher(reason).find() ? RAISE_LIMIT : "";
    }

    /** What is where a database was looked for. */
    public static UnavailableException noDatabase(String name, @Nullable Path file, String done) {
        String what = name + " does not exist";
        if (file != null && Files.isDirectory(file)) {
            what = name + " is a directory";
        } else if (file != null && isSpecial(file)) {
            what = name + " is not a regular file";
        } else if (file != null && !Files.isDirectory(directory(file))) {
            what = name + " does not exist: " + whyNotOpened(file);
        }
        return new UnavailableException(what + "; name the file of a database. " + done, null);
    }

    /** Somebody may create the file meanwhile, so one look decides. */
    private static boolean isSpecial(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).isOther();
        } catch (IOException e) {
            return false;
        }
    }

    /** The visible reason why this process cannot open the file, or null. */
    static @Nullable String whyNotOpened(Path file) {
        Path directory = directory(file);
        if (!Files.isDirectory(directory)) {
            return Files.exists(directory, LinkOption.NOFOLLOW_LINKS)
                    ? directory + " is not a directory"
                    : "the directory " + directory + " does not exist, or this process may not access its parents";
        }
        String closed = refusal(directory, AccessMode.EXECUTE);
        if (closed != null) {
            return "the directory " + directory + " cannot be accessed: " + closed;
        }
        if (Files.isSymbolicLink(file) && !Files.exists(file)) {
            return file + " is a broken symbolic link";
        }
        for (Path each : withLog(file)) {
            if (Files.isDirectory(each)) {
                return each + " is a directory";
            }
            String reason = Files.exists(each) ? refusal(each, AccessMode.READ) : null;
            if (reason != null) {
                return each + " cannot be read: " + reason;
            }
        }
        String exhausted = whyNoDescriptor(directory);
        return exhausted == null ? whyNotWritten(file) : exhausted;
    }

    /**
     * To be called before a file that exists is opened for writing: SQLite would make its log and its index with the file's
     * permissions, and leave them.
     */
    public static void requireWritable(Path file) {
        if (Files.isReadable(file)
                && withLog(file).stream().anyMatch(each -> Files.exists(each) && !Files.isWritable(each))) {
            throw new UnavailableException(
                    whyNotWritten(file) + "; make it writable, or open the database with readOnly()", null);
        }
    }

    /** The files of a database in the order in which SQLite opens them; some may not exist. */
    private static List<Path> withLog(Path file) {
        return List.of(file, SqliteFiles.beside(file, "-wal"), SqliteFiles.beside(file, "-shm"));
    }

    /** The visible reason why this process cannot write to the file, or null. */
    public static @Nullable String whyNotWritten(Path file) {
        for (Path each : withLog(file)) {
            String reason = Files.exists(each) ? refusal(each, AccessMode.WRITE) : null;
            if (reason != null) {
                return each + " cannot be written: " + reason;
            }
        }
        Path directory = directory(file);
        String reason = Files.isDirectory(directory) ? refusal(directory, AccessMode.WRITE) : null;
        return reason == null
                ? null
                : "no file can be created in the directory " + directory + ", where SQLite keeps its log: " + reason;
    }

    /** Reading a directory takes a file descriptor, just as opening a file does. */
    private static @Nullable String whyNoDescriptor(Path directory) {
        if (!Files.isReadable(directory)) {
            return null;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            return null;
        } catch (IOException e) {
            String reason = reason(e);
            return reason + hint(reason);
        }
    }

    /**
     * Why a file cannot grow, if space is the reason: the disk, a quota, or a limit on file size. Null for
     * any other reason, such as a failing medium.
     */
    static @Nullable String whyNoSpace(Path file) {
        long end = Math.max(size(file), size(SqliteFiles.beside(file, "-wal")));
        Path probe = null;
        try {
            probe = Files.createTempFile(directory(file), file.getFileName() + "-space-", ".tmp");
            try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.WRITE)) {
                // Written at the end of the file that could not grow, so that a limit on file size applies
                // too.
                channel.write(ByteBuffer.allocate(PROBE_BYTES), end);
            }
            return null;
        } catch (IOException e) {
            String reason = reason(e);
            return NO_SPACE.matcher(reason).find() ? reason : null;
        } finally {
            delete(probe);
        }
    }

    private static void delete(@Nullable Path probe) {
        try {
            if (probe != null) {
                Files.deleteIfExists(probe);
            }
        } catch (IOException e) {
            // An empty file stays. Its name says what it was for.
        }
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** The text of a system exception, without the file's name, which the caller's message already has. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            String why = denied.getFile() == null ? null : whyNotWritten(Path.of(denied.getFile()));
            return why == null ? "permission denied" : why;
        }
        if (e instanceof NoSuchFileException) {
            return "there is no such file or directory";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "there is a file of that name already";
        }
        String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
        return reason == null ? "no reason was given" : EngineText.of(new IOException(reason));
    }

    /** Why the system does not allow the access; null if it does. */
    private static @Nullable String refusal(Path path, AccessMode mode) {
        try {
            path.getFileSystem().provider().checkAccess(path, mode);
            return null;
        } catch (AccessDeniedException e) {
            return "permission denied" + permissions(path);
        } catch (IOException e) {
            return reason(e);
        }
    }

    private static String permissions(Path path) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
            return " (its permissions are " + PosixFilePermissions.toString(attributes.permissions())
                    + ", its owner is " + attributes.owner().getName() + ", this process runs as "
                    + System.getProperty("user.name") + ")";
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /**
     * Loads the classes that a failed open and the other methods need, since a process without free descriptors cannot load
     * them.
     */
    static void prepare() {
        Path nowhere = Path.of("no such directory", "no such file").toAbsolutePath();
        StorageException failed = failed(String.valueOf(whyNotOpened(nowhere)), new NoSuchFileException(""));
        Cleanup.after(failed, () -> {});
    }

    private static Path directory(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }
}
