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
 * What a transaction sets for itself when it begins. The end of the transaction undoes it, so a pooler that then gives the
 * server's session to another client passes nothing on.
 */
public final class LocalSettings {

    private final List<String> statements = new ArrayList<>();

    private LocalSettings() {}

    /** A transaction of that isolation that may write, whatever the session's defaults are. */
    static LocalSettings writing(Isolation isolation) {
        return new LocalSettings().and("SET TRANSACTION ISOLATION LEVEL " + words(isolation) + ", READ WRITE");
    }

    /** A transaction of that isolation in a session whose defaults are known to let it write. */
    static LocalSettings isolated(Isolation isolation) {
        return new LocalSettings().and("SET TRANSACTION ISOLATION LEVEL " + words(isolation));
    }

    /** A snapshot that cannot write. */
    public static LocalSettings reading() {
        return new LocalSettings().and("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    }

    /** For changes of the schema, which may take as long as they need. Others queue up behind a lock that one waits for. */
    public static LocalSettings migrating(Duration lockTimeout) {
        return writing(Isolation.READ_COMMITTED).waitingForLocks(lockTimeout).unlimited();
    }

    /** The transaction takes as long as it needs, whatever the role's own limits are. */
    public LocalSettings unlimited() {
        return within(Duration.ZERO).and("SET LOCAL idle_in_transaction_session_timeout = 0");
    }

    private static String words(Isolation isolation) {
        return isolation.name().replace('_', ' ');
    }

    /** How long a statement waits for a lock. */
    public LocalSettings waitingForLocks(Duration timeout) {
        // Zero means for ever there.
        return and("SET LOCAL lock_timeout = " + Math.max(1, timeout.toMillis()));
    }

    /** How long a statement may take; zero for no limit. */
    LocalSettings within(Duration timeout) {
        return and("SET LOCAL statement_timeout = " + timeout.toMillis());
    }

    /** Where names without a schema are looked up; null for wherever the session does. */
    public LocalSettings in(@Nullable PostgresSchema schema) {
        return schema == null ? this : and("SET LOCAL search_path = " + schema.path());
    }

    /** With this Citus passes SET LOCAL on to the workers, where rows are locked. */
    public LocalSettings forWorkers() {
        return and("SET LOCAL citus.propagate_set_commands = 'local'");
    }

    /** Citus asks for this before it makes a trigger on a distributed table; what runs one does not need it. */
    public LocalSettings withTriggersOnCitus() {
        return and("SET LOCAL citus.enable_unsafe_triggers = on");
    }

    private LocalSettings and(String statement) {
        statements.add(statement);
        return this;
    }

    /** Begins a transaction with them, in one round trip. */
    public void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(String.join("; ", statements));
        } catch (SQLException e) {
            throw PostgresErrors.ofBeginning(e);
        }
    }
}
