package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.postgres.PostgresCodes.Meaning;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import dev.modelscan.storage.internal.query.Watchdog;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The meaning of PostgreSQL errors. Only this class reads SQLSTATEs; all others use the {@link Failure}.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL: Error Codes</a>
 */
public final class PostgresErrors {

    /** SQLSTATE raise_exception. */
    private static final String RAISE_EXCEPTION = "P0001";

    /** The server function that executes PL/pgSQL's RAISE. */
    private static final String RAISE = "exec_stmt_raise";

    private static final String STALE_PLAN = "the tables were changed while the connection had statements prepared";

    /** Codes for a connection that was never made, so nothing was sent. */
    private static final Set<String> NEVER_SENT = Set.of("08001", "08004");

    private static final String FEATURE_NOT_SUPPORTED = "0A000";
    private static final String READ_ONLY_TRANSACTION = "25006";
    private static final String INTERNAL_ERROR = "XX000";
    private static final String NOT_NULL_VIOLATION = "23502";

    /** The server translates its messages; this part is the same in every language. */
    private static final Pattern KEY = Pattern.compile("\\(([^()]+)\\)=\\(");

    /** Quotation marks depend on the server's language. */
    private static final Pattern QUOTED = Pattern.compile("[\"«»„“”]\\s?(\\w+)\\s?[\"«»“”]");

    /** On Citus the names of tables and constraints end with the shard's number. */
    private static final Pattern SHARD = Pattern.compile("_\\d+$");

    /** Network errors that occur before anything was sent. */
    private static final Pattern NEVER_CONNECTED = Pattern.compile(
            "Connection refused|could not connect to server|could not translate host name|connection to server .* failed"
                    + "|could not establish any connections to the node");

    /** How a Citus coordinator marks a worker's error; not translated. */
    private static final Pattern ON_WORKER = Pattern.compile("while executing command on (\\S+)");

    /** How advice about grants begins. */
    public static final String LET_OWNER_RUN = "Let its owner run: ";

    private static final String MAY_NOT_CONNECT =
            "the role may not connect to the database; let the database's owner run"
                    + " GRANT CONNECT ON DATABASE, with the names of both";

    private PostgresErrors() {}

    public static Failure classify(SQLException e) {
        if (e instanceof StatementCancelledException stopped) {
            return new Failure(stopped.waitedTooLong() ? Kind.BUSY : Kind.CANCELLED, e.getMessage(), e);
        }
        ServerErrorMessage message = serverMessage(e);
        Meaning meaning =
                message == null ? PostgresCodes.ofDriver(stateOf(e), serverText(e)) : meaning(stateOf(e), message);
        Kind kind = meaning.kind();
        if (message == null) {
            return new Failure(kind, meaning.why(), e);
        }
        if (endsConnection(kind) && isOfAnother(message)) {
            Matcher worker = ON_WORKER.matcher(String.valueOf(message.getWhere()));
            return new Failure(Kind.NODE_AWAY, worker.find() ? worker.group(1) : null, e);
        }
        if (isRaised(kind, stateOf(e), message)) {
            return new Failure(Kind.REJECTED, message.getMessage(), e);
        }
        Failure failure = new Failure(kind, meaning.why() == null ? detail(kind, message) : meaning.why(), e);
        // Whatever the reason, the server closes the connection after a FATAL error.
        if ("FATAL".equals(message.getSeverity()) && kind == Kind.DENIED) {
            return new Failure(Kind.UNAVAILABLE, MAY_NOT_CONNECT, e);
        }
        boolean lost = "FATAL".equals(message.getSeverity()) && !failure.breaksConnection();
        return lost ? new Failure(Kind.CONNECTION_LOST, failure.detail(), e) : failure;
    }

    /**
     * Whether a trigger or function of the application raised the error, with any SQLSTATE. If it used a code
     * that asks for a retry, the retry happens. A worker's error does not name the routine, but the SQLSTATE
     * of a RAISE without one is known.
     */
    private static boolean isRaised(Kind kind, String state, ServerErrorMessage message) {
        boolean aboutData =
                switch (kind) {
                    case UNIQUE, PRIMARY_KEY, FOREIGN_KEY, INVALID, TOO_LARGE, NO_SAVEPOINT, OTHER -> true;
                    default -> false;
                };
        return aboutData && (RAISE.equals(message.getRoutine()) || RAISE_EXCEPTION.equals(state));
    }

    private static Meaning meaning(String state, ServerErrorMessage message) {
        if (state.equals("23505") && isPrimaryKey(message)) {
            return new Meaning(Kind.PRIMARY_KEY, null);
        }
        // The routine's name is not translated. Any other unsupported feature is the caller's mistake.
        if (state.equals(FEATURE_NOT_SUPPORTED)
                && String.valueOf(message.getRoutine()).startsWith("RevalidateCached")) {
            return new Meaning(Kind.UNUSABLE, STALE_PLAN);
        }
        return PostgresCodes.meaning(state);
    }

    private static boolean isPrimaryKey(ServerErrorMessage message) {
        String constraint = constraint(message);
        return constraint != null && constraint.endsWith("_pkey");
    }

    private static boolean endsConnection(Kind kind) {
        return kind == Kind.CONNECTION_LOST || kind == Kind.NO_CONNECTION_LEFT;
    }

    /**
     * An error that ends a connection is FATAL to it. With severity ERROR, it ended a connection to another
     * node.
     */
    private static boolean isOfAnother(ServerErrorMessage message) {
        return "ERROR".equals(message.getSeverity())
                || ON_WORKER.matcher(String.valueOf(message.getWhere())).find();
    }

    /** Why a statement was cancelled; the limit is the library's. */
    static Failure cancelled(SQLException e, Duration limit) {
        return new Failure(Kind.CANCELLED, limit.isZero() ? null : whyCancelled(e, limit), e);
    }

    /**
     * A timeout and an administrator's request have the same SQLSTATE. Only the text, which the server
     * translates, tells them apart.
     */
    private static @Nullable String whyCancelled(SQLException e, Duration limit) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("user request")) {
            return null;
        }
        String tooLong = Watchdog.tooLong(limit);
        return text.contains("statement timeout") ? tooLong : tooLong + ", or it was cancelled from outside";
    }

    /** Whether a statement that failed like this, outside of a transaction, may have taken effect. */
    static boolean mayHaveTakenEffect(Failure failure) {
        return switch (failure.kind()) {
            case CONNECTION_LOST -> !NEVER_SENT.contains(stateOf(failure.cause()));
            case NODE_AWAY ->
                !NEVER_CONNECTED
                        .matcher(String.valueOf(failure.cause().getMessage()))
                        .find();
            // It was cancelled, but failed for another reason.
            case CANCELLED, BUSY ->
                failure.cause().getCause() instanceof SQLException own
                        && classify(own).kind() != Kind.CANCELLED
                        && mayHaveTakenEffect(classify(own));
            default -> false;
        };
    }

    /**
     * Whether opening waits for a server that reports this: it runs, or soon will. Opening does not wait for
     * a server that was never reached, which may not exist, nor for a node of a cluster.
     */
    public static boolean mayComeBack(SQLException e) {
        Kind kind = classify(e).kind();
        return kind == Kind.NO_CONNECTION_LEFT || (kind == Kind.CONNECTION_LOST && !NEVER_SENT.contains(stateOf(e)));
    }

    /**
     * The meaning of the driver's exception among the causes, for a connection that writes; null if there is
     * none.
     */
    static @Nullable Failure behind(Throwable t) {
        SQLException e = Failure.driverException(t);
        return e == null ? null : classify(e).whileWriting();
    }

    /** Whether a driver's exception of that kind is among the causes. */
    static boolean isOf(Kind kind, Throwable t) {
        SQLException e = Failure.driverException(t);
        return e != null && classify(e).kind() == kind;
    }

    /**
     * Whether this server rolled back the transaction. A driver's exception that the function got elsewhere
     * does not count.
     */
    static boolean wasRolledBack(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof StorageException) {
                return !(t instanceof OutcomeUnknownException) && isOf(Kind.SERIALIZATION, t);
            }
        }
        return false;
    }

    /** Whether the connection can no longer be used. An Error may have interrupted a reply of the server. */
    static boolean breaksConnection(Throwable t) {
        Failure failure = behind(t);
        return Failure.isOfMachine(t) || (failure != null && failure.breaksConnection());
    }

    /**
     * Whether a replica cancelled a query to apply changes. The routine's name is not translated, the message
     * is.
     */
    private static boolean isRecoveryConflict(ServerErrorMessage message) {
        return String.valueOf(message.getRoutine()).matches("ProcessInterrupts|ProcessRecoveryConflictInterrupt.*");
    }

    /**
     * A server that became a replica rejects the beginning of a write transaction with another code than a
     * write; this uses the write's code.
     */
    static SQLException ofBeginning(SQLException e) {
        return FEATURE_NOT_SUPPORTED.equals(e.getSQLState())
                ? new SQLException(e.getMessage(), READ_ONLY_TRANSACTION, e)
                : e;
    }

    /**
     * Why a commit failed. If it failed on a worker, the coordinator's error gives no reason; a warning on
     * the connection does.
     *
     * @return null if the reason is unknown
     */
    static @Nullable Failure classifyCommit(SQLException e, Connection connection) {
        String code = stateOf(e);
        if (!code.equals(INTERNAL_ERROR)) {
            return code.isEmpty() ? null : classify(e);
        }
        try {
            return ofWarnings(e, connection);
        } catch (SQLException unread) {
            e.addSuppressed(unread);
            return null;
        }
    }

    private static @Nullable Failure ofWarnings(SQLException e, Connection connection) throws SQLException {
        for (SQLWarning warning = connection.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            String state = String.valueOf(warning.getSQLState());
            // Classes 00 and 01 are not errors.
            if (!state.startsWith("0") || state.startsWith("08")) {
                return classify(new SQLException(warning.getMessage(), state, e));
            }
        }
        return null;
    }

    /** The SQLSTATE; empty if there is none. A pool wraps the driver's exception, and so does a batch. */
    static String stateOf(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    /** The server's message, or the driver's, in one line and without class names. */
    public static String serverText(SQLException e) {
        ServerErrorMessage message = serverMessage(e);
        if (message != null && message.getMessage() != null) {
            return message.getMessage();
        }
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof UnknownHostException) {
                return "the host " + t.getMessage() + " is not known";
            }
        }
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** For a statement outside of a transaction whose reply was lost, and whose retry failed. */
    static OutcomeUnknownException unknown(
            String reply, @Nullable String entity, @Nullable String id, StorageException last) {
        SQLException driver = Failure.driverException(last);
        return new OutcomeUnknownException(
                reply + " was lost, and it may have been stored; read it back before trying again. What failed last: "
                        + (driver == null ? last.getMessage() : serverText(driver)),
                entity,
                id,
                last);
    }

    /**
     * The exception for opening, creating or migrating a schema.
     *
     * @param what what failed, as the start of a sentence
     * @param advice what to do about rights that the role lacks
     */
    public static StorageException unusable(String what, SQLException e, String advice) {
        Failure failure = classify(e).whileWriting();
        String why = failure.detail() == null ? "" : failure.detail() + ": ";
        String text = serverText(e);
        return switch (failure.kind()) {
            case DENIED -> new SchemaException(what + ": the role lacks a privilege (" + text + "). " + advice, e);
            case BUSY, SERIALIZATION ->
                new BusyException(
                        what + ": another session holds a lock on it for longer than busyTimeout: " + text, e);
            case NO_CONNECTION_LEFT ->
                new BusyException(
                        what + ": the server has no connection left (" + text
                                + "); use fewer or smaller pools, or raise the limit: max_connections of the server, or"
                                + " CONNECTION LIMIT of the role or database",
                        e);
            case FULL -> new StorageFullException(what + ": the server's disk is full: " + text, e);
            case CORRUPT ->
                new CorruptDatabaseException(what + ": the server found it damaged; restore a backup: " + text, e);
            case CONNECTION_LOST ->
                new UnavailableException(
                        what + ": the server cannot be reached, or has ended the connection: " + why + text, e);
            default -> new UnavailableException(what + ": " + (why.isEmpty() ? "the server reports: " : why) + text, e);
        };
    }

    private static @Nullable ServerErrorMessage serverMessage(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof PSQLException postgres && postgres.getServerErrorMessage() != null) {
                return postgres.getServerErrorMessage();
            }
        }
        SQLException next = e.getNextException();
        return next == null ? null : serverMessage(next);
    }

    private static @Nullable String detail(Kind kind, ServerErrorMessage message) {
        return switch (kind) {
            case UNIQUE, FOREIGN_KEY -> {
                Matcher matcher = KEY.matcher(String.valueOf(message.getDetail()));
                yield matcher.find() ? Failure.fields(matcher.group(1)) : null;
            }
            case INVALID -> {
                String column = message.getColumn();
                if (column == null && NOT_NULL_VIOLATION.equals(message.getSQLState())) {
                    column = firstQuoted(message);
                }
                yield column == null ? checkedColumn(message) : Failure.fields(column);
            }
            case SERIALIZATION ->
                isRecoveryConflict(message)
                        ? "the query blocked changes that the replica had to apply (max_standby_streaming_delay)"
                        : null;
            default -> null;
        };
    }

    /**
     * The column of a check constraint, which is named after its table and column:
     * {@code tasks_priority_check}.
     */
    private static @Nullable String checkedColumn(ServerErrorMessage message) {
        String constraint = constraint(message);
        String table = message.getTable() == null ? firstQuoted(message) : message.getTable();
        if (constraint == null || table == null) {
            return null;
        }
        String prefix = withoutShard(table) + "_";
        boolean named = constraint.startsWith(prefix)
                && constraint.endsWith("_check")
                && constraint.length() > prefix.length() + "_check".length();
        return named
                ? Failure.fields(constraint.substring(prefix.length(), constraint.length() - "_check".length()))
                : null;
    }

    /** The name of the constraint. A worker's error has no fields for names, but the same text. */
    private static @Nullable String constraint(ServerErrorMessage message) {
        String name = message.getConstraint();
        Matcher matcher = QUOTED.matcher(String.valueOf(message.getMessage()));
        // The table's name, if there is one, comes first.
        while (message.getConstraint() == null && matcher.find()) {
            name = matcher.group(1);
        }
        return name == null ? null : withoutShard(name);
    }

    private static @Nullable String firstQuoted(ServerErrorMessage message) {
        Matcher matcher = QUOTED.matcher(String.valueOf(message.getMessage()));
        return matcher.find() ? matcher.group(1) : null;
    }

    private static String withoutShard(String name) {
        return SHARD.matcher(name).replaceFirst("");
    }
}
