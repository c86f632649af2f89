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
            emptyLog(connections, statement, most, "rows are erased, and the log has their pages still", "scrub");
        }
    }

    /**
     * Copies the whole log into the file, and cuts it to nothing.
     *
     * @param state what is so until then
     * @param again what to do again later
     */
    static void emptyLog(SqliteConnections connections, Statement statement, Duration most, String state, String again)
            throws SQLException {
        Retry retry = new Retry(most);
        // The first column is 1 if somebody still reads pages of the log, or copies them.
        while (SingleNumber.of(statement, "PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
            if (!retry.pause()) {
                throw new BusyException(
                        connections.name() + ": " + state + ", since somebody reads; end that, and " + again + " again",
                        null);
            }
        }
    }
}
