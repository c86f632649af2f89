package dev.modelscan.storage.support;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Schemas of the tests' PostgreSQL server that are used one after the other: to empty one takes a hundredth of the time of making
 * one.
 */
public final class EmptySchemas {

    private static final Queue<String> EMPTY = new ConcurrentLinkedQueue<>();

    /** Of all tests: a new session would first learn what the tables are, which takes longer than to empty them. */
    private static @Nullable Connection cleaner;

    private EmptySchemas() {}

    /** The name of a schema whose tables are empty, or of one that does not exist yet. */
    public static String take() {
        String empty = EMPTY.poll();
        return empty == null ? PostgresServer.newSchemaName() : empty;
    }

    /** Empties a schema whose tables a test has left as the migrations made them, with triggers that call one of three functions. */
    public static void giveBack(String schema) {
        try (Statement statement = cleaner().createStatement()) {
            statement.execute("SET search_path = " + schema);
            statement.execute("DROP FUNCTION IF EXISTS slow, reject, refuse CASCADE");
            // Before the tables that they refer to. What they own goes with them.
            for (String table : List.of(
                    "deleted_records",
                    "model_calls",
                    "messages",
                    "conversations",
                    "tool_executions",
                    "tasks",
                    "team_members",
                    "teams",
                    "workflows",
                    "agents",
                    "blobs",
                    "sources")) {
                statement.addBatch("DELETE FROM " + table);
            }
            statement.executeBatch();
            statement.getConnection().commit();
            EMPTY.add(schema);
        } catch (SQLException e) {
            forgetCleaner(e);
            throw new IllegalStateException(e);
        }
    }

    /** Its transaction has failed, and would refuse what the next test asks. */
    private static void forgetCleaner(SQLException why) {
        Connection failed = cleaner;
        cleaner = null;
        try {
            if (failed != null) {
                failed.close();
            }
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    private static Connection cleaner() throws SQLException {
        if (cleaner == null || !cleaner.isValid(10)) {
            cleaner = DriverManager.getConnection(PostgresServer.url());
            cleaner.setAutoCommit(false);
            try (Statement statement = cleaner.createStatement()) {
                // A test that left a transaction open would block this forever.
                statement.execute("SET lock_timeout = '30s'");
            }
            cleaner.commit();
        }
        return cleaner;
    }
}
