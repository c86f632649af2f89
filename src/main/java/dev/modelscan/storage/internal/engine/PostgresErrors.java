package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.CorruptDatabaseException;
import dev.modelscan.storage.OutcomeUnknownException;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.StorageFullException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import dev.modelscan.storage.internal.query.Watchdog;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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

    /**
     * The meaning of a code.
     *
     * @param kind what went wrong
     * @param why what to say of it beside the server's own words; null for nothing
     */
    private record Meaning(Kind kind, @Nullable String why) {}

    private static final String POOLER = "a pooler between here and the server mixes up prepared statements;"
            + " let PgBouncer keep them (version 1.21 or later, max_prepared_statements above 0),"
            + " or add prepareThreshold=0 to the URL";

    private static final String REPLICA = "the server only reads: it is a replica, such as a primary that was demoted,"
            + " or the transaction was set to read only; connect to the primary";

    private static final String STALE_PLAN = "the tables were changed while the connection had statements prepared";

    private static final Map<String, Meaning> STATES = states();

    private static Map<String, Meaning> states() {
        Map<String, Meaning> states = new HashMap<>();
        put(states, Kind.UNIQUE, null, "23505");
        put(states, Kind.FOREIGN_KEY, null, "23503", "23001");
        put(states, Kind.BUSY, null, "55P03", "55006"); // lock_not_available, object_in_use
        put(states, Kind.SERIALIZATION, null, "40001", "40P01"); // serialization_failure, deadlock_detected
        put(states, Kind.CANCELLED, null, "57014"); // query_canceled

        // The server, or the way to it. These may come back.
        put(states, Kind.CONNECTION_LOST, null, "57P01", "57P02", "57P03"); // shutdown, crash, not accepting yet
        put(states, Kind.CONNECTION_LOST, null, "40003"); // statement_completion_unknown
        put(states, Kind.CONNECTION_LOST, "check host and port, and that the server runs", "08001", "08004");
        put(states, Kind.CONNECTION_LOST, ended("idle_in_transaction_session_timeout"), "25P03");
        put(states, Kind.CONNECTION_LOST, ended("transaction_timeout"), "25P04");
        put(states, Kind.CONNECTION_LOST, ended("idle_session_timeout"), "57P05");
        put(states, Kind.NO_CONNECTION_LEFT, null, "53300"); // too_many_connections
        put(states, Kind.READ_ONLY, REPLICA, "25006"); // read_only_sql_transaction
        put(states, Kind.UNUSABLE, POOLER, "42P05", "26000"); // (duplicate|invalid)_…_statement_name

        // These need somebody's hand.
        put(states, Kind.UNAVAILABLE, "the server does not let the role in; check user and password", "28000", "28P01");
        put(states, Kind.UNAVAILABLE, "there is no such database; create it, or correct the URL", "3D000");
        put(states, Kind.UNAVAILABLE, "the database was dropped", "57P04");
        put(states, Kind.UNAVAILABLE, "the server is out of memory", "53200");
        put(states, Kind.UNAVAILABLE, "the server cannot read or write its files", "58000", "58030", "58P01");
        put(states, Kind.FULL, null, "53100"); // disk_full
        put(states, Kind.CORRUPT, null, "XX001", "XX002"); // data_corrupted, index_corrupted
        put(states, Kind.DENIED, "the role may not do this", "42501"); // insufficient_privilege
        return Map.copyOf(states);
    }

    private static void put(Map<String, Meaning> states, Kind kind, @Nullable String why, String... codes) {
        for (String code : codes) {
            states.put(code, new Meaning(kind, why));
        }
    }

    private static String ended(String setting) {
        return "the server's setting " + setting + " ended it";
    }

    /** By the first two characters, which are a code's class. */
    private static final Map<String, Meaning> CLASSES = Map.of(
            "08", new Meaning(Kind.CONNECTION_LOST, null),
            "22", new Meaning(Kind.INVALID, null),
            "23", new Meaning(Kind.INVALID, null),
            "54", new Meaning(Kind.TOO_LARGE, null));

    private static final Meaning UNKNOWN = new Meaning(Kind.OTHER, null);

    /** Codes that say that nothing was sent, since there was no connection. */
    private static final Set<String> NEVER_SENT = Set.of("08001", "08004");

    private static final String FEATURE_NOT_SUPPORTED = "0A000";
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
        if (e instanceof StatementCancelledException) {
            return new Failure(Kind.CANCELLED, e.getMessage(), e);
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
        Failure failure = new Failure(kind, meaning.why() == null ? detail(kind, message) : meaning.why(), e);
        // Whatever the reason is, the server closes the connection after this.
        boolean lost = "FATAL".equals(message.getSeverity()) && !failure.breaksConnection();
        return lost ? new Failure(Kind.CONNECTION_LOST, failure.detail(), e) : failure;
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
        Meaning known = STATES.get(state);
        return known == null ? CLASSES.getOrDefault(state.substring(0, Math.min(2, state.length())), UNKNOWN) : known;
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
            case CANCELLED ->
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
        return kind == Kind.NO_CONNECTION_LEFT || kind == Kind.CONNECTION_LOST && !NEVER_SENT.contains(stateOf(e));
    }

    /** Whether a query was cancelled because a replica had to apply changes; the words for it depend on the server's language. */
    private static boolean isRecoveryConflict(ServerErrorMessage message) {
        return String.valueOf(message.getRoutine()).matches("ProcessInterrupts|ProcessRecoveryConflictInterrupt.*");
    }

    /**
     * Why a commit failed. Of what failed on a worker, a coordinator says only that something did, and why in a warning, which
     * the connection has collected.
     *
     * @return null if nothing says it
     */
    static @Nullable Failure classifyCommit(SQLException e, Connection connection) throws SQLException {
        if (!INTERNAL_ERROR.equals(e.getSQLState())) {
            return classify(e);
        }
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
