package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Checks what a process that ended abruptly left beside a database. SQLite takes a log or a journal for that
 * of the file with the matching name. If the file is empty, it deletes both, and with them the committed rows
 * in the log and the pages that the journal would restore.
 */
public final class Leftovers {

    /** SQLite's smallest page. */
    private static final int SMALLEST_BYTES = 512;

    private static final long JOURNAL_MAGIC = 0xd9d505f920a163d7L;

    /**
     * Magic number, number of pages, a random number, and the file's size in pages before the transaction.
     */
    private static final int JOURNAL_HEADER_BYTES = 8 + 4 + 4 + 4;

    private Leftovers() {}

    /**
     * Rejects a file that is incomplete, judged by the log or journal beside it.
     *
     * @throws CorruptDatabaseException if the file is missing or empty although a log or a journal belongs to
     *     it, or if it is too short to be a database
     */
    public static void requireComplete(Path file) {
        try {
            long size = size(file);
            Path log = SqliteFiles.beside(file, "-wal");
            if (size >= SMALLEST_BYTES) {
                if (isFilled(log) && LogOwner.isOfAnother(file, log)) {
                    throw foreign(file, log);
                }
                return;
            }
            if (size > 0) {
                throw new CorruptDatabaseException(
                        file + " is not a SQLite database; choose another file. Nothing was written to it", null);
            }
            Path journal = SqliteFiles.beside(file, "-journal");
            boolean hasLog = isFilled(log);
            boolean hasJournal = isFilled(journal) && !isOfNewFile(journal);
            // Creating a database fills the file before the log. Both may have happened since the size was
            // read.
            if ((hasLog || hasJournal) && size(file) > 0) {
                requireComplete(file);
            } else if (hasLog) {
                throw incomplete(file, log, "log", "committed rows");
            } else if (hasJournal) {
                throw incomplete(file, journal, "journal", "a transaction that was not finished");
            }
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static CorruptDatabaseException incomplete(Path file, Path beside, String name, String content) {
        String state = Files.exists(file) ? "is empty" : "is missing";
        return new CorruptDatabaseException(
                file + " " + state + ", but its " + name + " " + beside.getFileName() + " exists and may hold"
                        + " " + content
                        + ": the file was moved, deleted or truncated. Put it back, or restore both from a backup;"
                        + " for a new database"
                        + " move the " + name + " away. Nothing was written",
                null);
    }

    private static CorruptDatabaseException foreign(Path file, Path log) {
        return new CorruptDatabaseException(
                file + " replaced the file that " + log.getFileName()
                        + " belongs to, whose rows would be written into it. If it was restored from a backup, end"
                        + " every process that had the other file open, and move " + log.getFileName()
                        + " away; otherwise put that file back. Nothing was"
                        + " written",
                null);
    }

    private static boolean isFilled(Path path) {
        return size(path) > 0;
    }

    /** 0 if there is none. Another process may delete the file at any moment, which is no failure. */
    private static long size(Path path) {
        return path.toFile().length();
    }

    /**
     * Whether the journal is that of the first transaction ever, has no whole header, or has just been deleted. Then
     * nothing has to be restored: SQLite changes the file only after it has flushed the journal and its header.
     */
    private static boolean isOfNewFile(Path journal) throws IOException {
        try (InputStream in = Files.newInputStream(journal)) {
            byte[] header = in.readNBytes(JOURNAL_HEADER_BYTES);
            ByteBuffer fields = ByteBuffer.wrap(header);
            return header.length < JOURNAL_HEADER_BYTES
                    || fields.getLong() != JOURNAL_MAGIC
                    || fields.getInt(JOURNAL_HEADER_BYTES - 4) == 0;
        } catch (NoSuchFileException e) {
            return true;
        }
    }
}
