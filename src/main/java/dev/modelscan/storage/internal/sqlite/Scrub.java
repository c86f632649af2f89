package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Removes from a file what deleted rows have left in it, in its log, and in the samples of its planner. */
final class Scrub {

    /** Tables of ANALYZE, which hold values of rows. */
    private static final String SAMPLED =
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')";

    private Scrub() {}

    /**
     * Rewrites every page, and empties the log.
     *
     * @throws BusyException if a reader keeps the log from being emptied
     */
    static void run(SqliteConnections connections, Duration most) throws SQLException {
        try (Connection connection = connections.openMigrator();
                Statement statement = connection.createStatement()) {
            if (SingleNumber.of(statement, SAMPLED) > 0) {
                statement.execute("ANALYZE");
            }
            statement.execute("VACUUM");
            Retry retry = new Retry(most);
            // The first column is 1 if somebody still reads pages of the log, or copies them.
            while (SingleNumber.of(statement, "PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
                if (!retry.pause()) {
                    throw new BusyException(
                            "rows are erased, and the log beside " + connections.name()
                                    + " still has their pages, since somebody reads; end that, and scrub again",
                            null);
                }
            }
        }
    }
}
