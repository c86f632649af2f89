package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.Isolation;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a transaction makes when it begins. The end of the transaction resets them, so a pooler
 * can pass the server's session to another client without them.
 */
public final class LocalSettings {

    private final List<String> statements = new ArrayList<>();

    private LocalSettings() {}

    /** A transaction with this isolation that may write, whatever the session's defaults are. */
    static LocalSettings writing(Isolation isolation) {
        return new LocalSettings().and("SET TRANSACTION ISOLATION LEVEL " + words(isolation) + ", READ WRITE");
    }

    /** A transaction with this isolation in a session whose defaults are known to allow writes. */
    static LocalSettings isolated(Isolation isolation) {
        return new LocalSettings().and("SET TRANSACTION ISOLATION LEVEL " + words(isolation));
    }

    /** What Citus needs of any transaction that writes. */
    static LocalSettings citus() {
        return new LocalSettings().forWorkers().withTriggersOnCitus();
    }

    public static LocalSettings reading() {
        return new LocalSettings().and("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    }

    /**
     * For changes of the schema, which may run without limit but wait for a lock only this long, because
     * other sessions queue behind a lock request that waits.
     */
    public static LocalSettings migrating(Duration lockTimeout) {
        return writing(Isolation.READ_COMMITTED).waitingForLocks(lockTimeout).unlimited();
    }

    /** Removes the time limits, including the role's own. */
    public LocalSettings unlimited() {
        return within(Duration.ZERO)
                .and("SET LOCAL idle_in_transaction_session_timeout = 0")
                .and(ServerSession.NO_TRANSACTION_TIMEOUT.formatted(true));
    }

    private static String words(Isolation isolation) {
        return isolation.name().replace('_', ' ');
    }

    public LocalSettings waitingForLocks(Duration timeout) {
        // Zero would mean no limit.
        return and("SET LOCAL lock_timeout = " + Math.max(1, timeout.toMillis()));
    }

    /** How long a statement may take; zero for no limit. */
    LocalSettings within(Duration timeout) {
        return and("SET LOCAL statement_timeout = " + timeout.toMillis());
    }

    /** The schema for names without one; null to keep the session's search_path. */
    public LocalSettings in(@Nullable PostgresSchema schema) {
        return schema == null ? this : and("SET LOCAL search_path = " + schema.path());
    }

    /** Makes Citus pass SET LOCAL on to the workers, where rows are locked. */
    public LocalSettings forWorkers() {
        return and("SET LOCAL citus.propagate_set_commands = 'local'");
    }

    /** Citus requires this to create a trigger on a distributed table, but not to run one. */
    public LocalSettings withTriggersOnCitus() {
        return and("SET LOCAL citus.enable_unsafe_triggers = on");
    }

    private LocalSettings and(String statement) {
        statements.add(statement);
        return this;
    }

    String text() {
        return String.join("; ", statements);
    }

    /** Begins a transaction with these settings, in one round trip. */
    public void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(text());
        } catch (SQLException e) {
            throw PostgresErrors.ofBeginning(e);
        }
    }
}
