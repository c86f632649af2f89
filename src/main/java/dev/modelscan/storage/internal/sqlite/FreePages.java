package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Gives the free pages of a file back to the file system. */
final class FreePages {

    private static final int INCREMENTAL = 2;

    /** A step takes about so long, and rests as long, so a writer waits for at most one. */
    private static final long TARGET_NANOS = TimeUnit.MILLISECONDS.toNanos(8);

    private static final int FEWEST = 16;
    private static final int MOST = 4_096;

    private FreePages() {}

    /**
     * In steps if the file keeps the books for that; else rewrites the file, while nobody else can write.
     *
     * @throws BusyException if a reader keeps the log from being copied into the file
     */
    static void giveBack(SqliteConnections connections, Duration most) throws SQLException {
        try (Connection connection = connections.openMigrator();
                Statement statement = connection.createStatement()) {
            if (SingleNumber.of(statement, "PRAGMA auto_vacuum") == INCREMENTAL) {
                inSteps(statement);
            } else {
                statement.execute("VACUUM");
            }
            Scrub.emptyLog(
                    connections,
                    statement,
                    most,
                    "the new pages are in the log, and the file is as long as before",
                    "compact");
        }
    }

    private static void inSteps(Statement statement) throws SQLException {
        long pages = FEWEST;
        // What others free meanwhile is left, since they may be faster.
        long left = SingleNumber.of(statement, "PRAGMA freelist_count");
        while (left > 0) {
            long begin = System.nanoTime();
            // Any other call of the driver would free one page: the pragma gives a row for each.
            statement.executeUpdate("PRAGMA incremental_vacuum(" + pages + ")");
            long took = System.nanoTime() - begin;
            left = Math.min(left - pages, SingleNumber.of(statement, "PRAGMA freelist_count"));
            pages = Math.max(FEWEST, Math.min(MOST, Math.min(pages * 2, pages * TARGET_NANOS / Math.max(1, took))));
            rest(took);
        }
    }

    private static void rest(long nanos) throws SQLException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StatementCancelledException.interrupted();
        }
    }
}
