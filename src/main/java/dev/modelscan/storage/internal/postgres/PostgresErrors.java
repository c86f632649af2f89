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
 * What an error of a PostgreSQL server means. This is the only place that reads SQLSTATEs; all others ask for the {@link Failure}.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL: Error Codes</a>
 */
public final class PostgresErrors {

    /** SQLSTATE raise_exception. */
    private static final String RAISE_EXCEPTION = "P0001";

    /** The function of the server's that runs PL/pgSQL's RAISE. */
    private static final String RAISE = "exec_stmt_raise";

    private static final String STALE_PLAN = "the tables were changed while the connection had statements prepared";

    /** Codes that say that nothing was sent, since there was no connection. */
    private static final Set<String> NEVER_SENT = Set.of("08001", "08004");

    private static final String FEATURE_NOT_SUPPORTED = "0A000";
    private static final String READ_ONLY_TRANSACTION = "25006";
    private static final String INTERNAL_ERROR = "XX000";
    private static final String NOT_NULL_VIOLATION = "23502";

    /** The server's words vary with its language; this part of them does not. */
    private static final Pattern KEY = Pattern.compile("\\(([^()]+)\\)=\\(");

    /** The server quotes names as its language does. */
    private static final Pattern QUOTED = Pattern.compile("[\"«»„“”]\\s?(\\w+)\\s?[\"«»“”]");

    /** On Citus the names of tables and constraints go on with the shard's number. */
    private static final Pattern SHARD = Pattern.compile("_\\d+$");

    /** Of the network's errors, those that come before anything was sent. */
    private static final Pattern NEVER_CONNECTED = Pattern.compile(
            "Connection refused|could not connect to server|could not translate host name|connection to server .* failed"
                    + "|could not establish any connections to the node");

    /** Where a coordinator of Citus says that the error is a worker's; it has no other language for this. */
    private static final Pattern ON_WORKER = Pattern.compile("while executing command on (\\S+)");

    private PostgresErrors() {}

    /** What an exception of the driver's means. */
    public static Failure classify(SQLException e) {
        if (e instanceof StatementCancelledException stopped) {
            return new Failure(stopped.waitedTooLong() ? Kind.BUSY : Kind.CANCELLED, e.getMessage(), e);
        }
        ServerErrorMessage message = serverMessage(e);
        Meaning meaning = meaning(stateOf(e), message);
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
        // Whatever the reason is, the server closes the connection after this.
        boolean lost = "FATAL".equals(message.getSeverity()) && !failure.breaksConnection();
        return lost ? new Failure(Kind.CONNECTION_LOST, failure.detail(), e) : failure;
    }

    /**
     * Whether a trigger or function of the application's own raised it, under whatever SQLSTATE. One that asks for another attempt gets
     * it. A worker's error does not say which routine it came from, but that of RAISE without a SQLSTATE is known.
     */
    private static boolean isRaised(Kind kind, String state, ServerErrorMessage message) {
        boolean aboutData =
                switch (kind) {
                    case UNIQUE, PRIMARY_KEY, FOREIGN_KEY, INVALID, TOO_LARGE, NO_SAVEPOINT, OTHER -> true;
                    default -> false;
                };
        return aboutData && (RAISE.equals(message.getRoutine()) || RAISE_EXCEPTION.equals(state));
    }

    private static Meaning meaning(String state, @Nullable ServerErrorMessage message) {
        if (state.equals("23505") && isPrimaryKey(message)) {
            return new Meaning(Kind.PRIMARY_KEY, null);
        }
        // The routine's name has no translation. Other features that are not supported are the caller's affair.
        if (state.equals(FEATURE_NOT_SUPPORTED)
                && message != null
                && String.valueOf(message.getRoutine()).startsWith("RevalidateCached")) {
            return new Meaning(Kind.UNUSABLE, STALE_PLAN);
        }
        return PostgresCodes.meaning(state);
    }

    private static boolean isPrimaryKey(@Nullable ServerErrorMessage message) {
        String constraint = message == null ? null : constraint(message);
        return constraint != null && constraint.endsWith("_pkey");
    }

    private static boolean endsConnection(Kind kind) {
        return kind == Kind.CONNECTION_LOST || kind == Kind.NO_CONNECTION_LEFT;
    }

    /** What ends a connection is fatal to it. If it comes as a mere error, it was the connection of another node's. */
    private static boolean isOfAnother(ServerErrorMessage message) {
        return "ERROR".equals(message.getSeverity())
                || ON_WORKER.matcher(String.valueOf(message.getWhere())).find();
    }

    /** Who or what cancelled a statement, where the server's limit is that of the library. */
    static Failure cancelled(SQLException e, Duration limit) {
        return new Failure(Kind.CANCELLED, limit.isZero() ? null : whyCancelled(e, limit), e);
    }

    /** The limit and an administrator's request have one state, and are told apart by a text that has the server's language. */
    private static @Nullable String whyCancelled(SQLException e, Duration limit) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("user request")) {
            return null;
        }
        String tooLong = Watchdog.tooLong(limit);
        return text.contains("statement timeout") ? tooLong : tooLong + ", or it was cancelled from outside";
    }

    /** Whether a statement that failed like this may have taken effect, if it commits by itself. */
    static boolean mayHaveTakenEffect(Failure failure) {
        return switch (failure.kind()) {
            case CONNECTION_LOST -> !NEVER_SENT.contains(stateOf(failure.cause()));
            case NODE_AWAY ->
                !NEVER_CONNECTED
                        .matcher(String.valueOf(failure.cause().getMessage()))
                        .find();
            // It was to be stopped, and failed in another way.
            case CANCELLED, BUSY ->
                failure.cause().getCause() instanceof SQLException own
                        && classify(own).kind() != Kind.CANCELLED
                        && mayHaveTakenEffect(classify(own));
            default -> false;
        };
    }

    /**
     * Whether opening waits for a server that says this: it is there, or will be soon. It does not wait for one that was never
     * reached, since that may never be there, nor for a node of a cluster.
     */
    public static boolean mayComeBack(SQLException e) {
        Kind kind = classify(e).kind();
        return kind == Kind.NO_CONNECTION_LEFT || (kind == Kind.CONNECTION_LOST && !NEVER_SENT.contains(stateOf(e)));
    }

    /** What the driver's exception behind another means to a connection that writes; null if there is none. */
    static @Nullable Failure behind(Throwable t) {
        SQLException e = Failure.driverException(t);
        return e == null ? null : classify(e).whileWriting();
    }

    /** Whether a driver's exception of that kind is behind another. */
    static boolean isOf(Kind kind, Throwable t) {
        SQLException e = Failure.driverException(t);
        return e != null && classify(e).kind() == kind;
    }

    /** Whether this server took a transaction back: a driver's exception that the function has from elsewhere is not ours to judge. */
    static boolean wasTakenBack(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof StorageException) {
                return !(t instanceof OutcomeUnknownException) && isOf(Kind.SERIALIZATION, t);
            }
        }
        return false;
    }

    /** Whether a connection cannot be used after this. An Error may have come in the midst of an answer of the server. */
    static boolean breaksConnection(Throwable t) {
        Failure failure = behind(t);
        return Failure.isOfMachine(t) || (failure != null && failure.breaksConnection());
    }

    /** Whether a query was cancelled because a replica had to apply changes; the words for it depend on the server's language. */
    private static boolean isRecoveryConflict(ServerErrorMessage message) {
        return String.valueOf(message.getRoutine()).matches("ProcessInterrupts|ProcessRecoveryConflictInterrupt.*");
    }

    /** A server that became a replica refuses to begin a transaction that writes, in other words than those for a write. */
    static SQLException ofBeginning(SQLException e) {
        return FEATURE_NOT_SUPPORTED.equals(e.getSQLState())
                ? new SQLException(e.getMessage(), READ_ONLY_TRANSACTION, e)
                : e;
    }

    /**
     * Why a commit failed. Of what failed on a worker, a coordinator says only that something did, and why in a warning, which
     * the connection has collected.
     *
     * @return null if nothing says it
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
            // 00 and 01 are no errors.
            if (!state.startsWith("0") || state.startsWith("08")) {
                return classify(new SQLException(warning.getMessage(), state, e));
            }
        }
        return null;
    }

    /** The code; empty if there is none. A pool wraps the driver's exception, and so does a batch. */
    static String stateOf(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    /** The server's own words, or the driver's, in one line and without what names a class. */
    public static String said(SQLException e) {
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

    /** After the reply to a statement that commits by itself was lost, and something else failed. */
    static OutcomeUnknownException unknown(
            String reply, @Nullable String entity, @Nullable String id, StorageException last) {
        SQLException driver = Failure.driverException(last);
        return new OutcomeUnknownException(
                reply + " was lost, and it may have been stored; read it back before trying again. What failed last: "
                        + (driver == null ? last.getMessage() : said(driver)),
                entity,
                id,
                last);
    }

    /**
     * The exception for who opens, makes or migrates a schema.
     *
     * @param what what could not be done, as the beginning of a sentence
     * @param grants what the role may lack, as it stands in SQL
     */
    public static StorageException unusable(String what, SQLException e, String grants) {
        Failure failure = classify(e).whileWriting();
        String why = failure.detail() == null ? "" : failure.detail() + ": ";
        String said = said(e);
        return switch (failure.kind()) {
            case DENIED ->
                new SchemaException(
                        what + ": the role lacks a privilege (" + said + "). Let its owner say: " + grants, e);
            case BUSY, SERIALIZATION ->
                new BusyException(
                        what + ": another session holds a lock on it for longer than busyTimeout: " + said, e);
            case NO_CONNECTION_LEFT ->
                new BusyException(
                        what + ": the server has no connection left (" + said
                                + "); use fewer or smaller pools, or raise its max_connections",
                        e);
            case FULL -> new StorageFullException(what + ": the server's disk is full: " + said, e);
            case CORRUPT ->
                new CorruptDatabaseException(what + ": the server found it damaged; restore a backup: " + said, e);
            case CONNECTION_LOST ->
                new UnavailableException(
                        what + ": the server cannot be reached, or has ended the connection: " + why + said, e);
            default -> new UnavailableException(what + ": " + (why.isEmpty() ? "the server refuses: " : why) + said, e);
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
                        ? "a replica had to apply changes that the query stood in the way of"
                                + " (max_standby_streaming_delay)"
                        : null;
            default -> null;
        };
    }

    /** A check is named after its table and column: {@code tasks_priority_check}. */
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

    /** An error that a coordinator passes on from a worker has none of the fields that name things, but the same text. */
    private static @Nullable String constraint(ServerErrorMessage message) {
        String name = message.getConstraint();
        Matcher matcher = QUOTED.matcher(String.valueOf(message.getMessage()));
        // The table's name, where there is one, comes before.
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
