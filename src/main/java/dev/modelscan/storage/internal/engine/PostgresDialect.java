package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import dev.modelscan.storage.internal.query.Watchdog;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What differs on PostgreSQL, and on what speaks its language. */
public final class PostgresDialect implements Dialect {

    /** The only instance. */
    public static final PostgresDialect INSTANCE = new PostgresDialect();

    private static final Logger LOG = LoggerFactory.getLogger(PostgresDialect.class);

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

    /** SQLSTATE internal_error. */
    private static final String INTERNAL = "XX000";

    private static final String NOT_NULL_VIOLATION = "23502";

    private static final long EPOCH_SECOND =
            Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();

    private PostgresDialect() {}

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public SQLDialect jooq() {
        return SQLDialect.POSTGRES;
    }

    @Override
    public boolean hasSchemas() {
        return true;
    }

    /**
     * The driver's text of a time would depend on the zone of the session, or of the JVM. Once a statement is prepared on the
     * server, times come as eight bytes: microseconds since the year 2000.
     */
    @Override
    public @Nullable Instant time(ResultSet rows, int column) throws SQLException {
        byte[] bytes = rows.getBytes(column);
        if (bytes == null) {
            return null;
        }
        if (bytes.length == Long.BYTES) {
            long micros = ByteBuffer.wrap(bytes).getLong();
            long seconds = Math.floorDiv(micros, 1_000_000L);
            return Instant.ofEpochSecond(EPOCH_SECOND + seconds, Math.floorMod(micros, 1_000_000) * 1_000L);
        }
        return rows.getObject(column, OffsetDateTime.class).toInstant();
    }

    @Override
    public void bindTime(PreparedStatement statement, int position, @Nullable Instant value) throws SQLException {
        if (value == null) {
            statement.setNull(position, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            statement.setObject(position, value.atOffset(ZoneOffset.UTC));
        }
    }

    /** The driver knows from the server's last answer. */
    @Override
    public boolean isReading(Connection connection) throws SQLException {
        BaseConnection driver = driver(connection);
        return driver == null || driver.getTransactionState() != TransactionState.IDLE;
    }

    /** The driver's own connection; null if a data source hides it. */
    static @Nullable BaseConnection driver(Connection connection) throws SQLException {
        return connection.isWrapperFor(BaseConnection.class) ? connection.unwrap(BaseConnection.class) : null;
    }

    /** The server ignores all but a rollback then. */
    @Override
    public boolean goesOnAfterRefusal() {
        return false;
    }

    /** Goes over a connection of its own, which the server closes once it has told the other; the driver waits for that. */
    @Override
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    /** The server cannot be reached, and the thread would wait for the network's own limits. */
    @Override
    public void abandon(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("a connection could not be given up", e);
        }
    }

    static Failure classify(SQLException e) {
        if (e instanceof StatementCancelledException stopped) {
            return new Failure(stopped.waitedTooLong() ? Kind.BUSY : Kind.CANCELLED, e.getMessage(), e);
        }
        String state = stateOf(e);
        ServerErrorMessage message = serverMessage(e);
        Kind kind = kind(state, message == null ? null : constraint(message));
        // What it sends as an error leaves the connection open, other than what it calls fatal.
        boolean sent = message != null && "ERROR".equals(message.getSeverity());
        Kind told = kind == Kind.CONNECTION_LOST && sent && state.startsWith("08") ? Kind.NODE_AWAY : kind;
        return new Failure(told, message == null ? null : detail(told, message), e);
    }

    /** The limit and an administrator's request have one state, and are told apart by a text that has the server's language. */
    static @Nullable String whyCancelled(SQLException e, Duration limit) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("user request")) {
            return null;
        }
        String tooLong = Watchdog.tooLong(limit);
        return text.contains("statement timeout") ? tooLong : tooLong + ", or it was cancelled from outside";
    }

    /** Whether a statement that failed like this may have taken effect, where it commits by itself. */
    static boolean mayHaveTakenEffect(Failure failure) {
        return switch (failure.kind()) {
            case CONNECTION_LOST -> true;
            case NODE_AWAY ->
                !NEVER_CONNECTED
                        .matcher(String.valueOf(failure.cause().getMessage()))
                        .find();
            default -> false;
        };
    }

    /**
     * Why a commit failed. Of what failed on a worker, a coordinator says only that something did, and why in a warning, which
     * the connection has collected.
     *
     * @return null where nothing says it
     */
    static @Nullable Failure classifyCommit(SQLException e, Connection connection) throws SQLException {
        if (!INTERNAL.equals(e.getSQLState())) {
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

    /** A pool wraps the driver's exception, and so does a batch. */
    static String stateOf(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    private static @Nullable ServerErrorMessage serverMessage(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof PSQLException postgres) {
                return postgres.getServerErrorMessage();
            }
        }
        SQLException next = e.getNextException();
        return next == null ? null : serverMessage(next);
    }

    /** See https://www.postgresql.org/docs/current/errcodes-appendix.html. */
    private static Kind kind(String state, @Nullable String constraint) {
        return switch (state) {
            case "23505" -> constraint != null && constraint.endsWith("_pkey") ? Kind.PRIMARY_KEY : Kind.UNIQUE;
            case "23503", "23001" -> Kind.FOREIGN_KEY;
            case "55P03" -> Kind.BUSY;
            case "40001", "40P01" -> Kind.SERIALIZATION;
            case "57014" -> Kind.CANCELLED;
            case "53100" -> Kind.FULL;
            case "25006" -> Kind.READ_ONLY;
            case "57P01", "57P02", "57P03", "57P05", "53300" -> Kind.CONNECTION_LOST;
            case "28000", "28P01", "3D000", "58030" -> Kind.UNAVAILABLE;
            default -> kindOfClass(state);
        };
    }

    private static Kind kindOfClass(String state) {
        String family = state.length() < 2 ? "" : state.substring(0, 2);
        return switch (family) {
            case "08" -> Kind.CONNECTION_LOST;
            case "22", "23" -> Kind.INVALID;
            case "54" -> Kind.TOO_LARGE;
            case "XX" -> state.equals("XX001") || state.equals("XX002") ? Kind.CORRUPT : Kind.OTHER;
            default -> Kind.OTHER;
        };
    }

    private static @Nullable String detail(Kind kind, ServerErrorMessage message) {
        if (kind == Kind.UNIQUE || kind == Kind.FOREIGN_KEY) {
            Matcher matcher = KEY.matcher(String.valueOf(message.getDetail()));
            return matcher.find() ? Failure.fields(matcher.group(1)) : null;
        }
        if (kind != Kind.INVALID) {
            return null;
        }
        String column = message.getColumn();
        if (column == null && NOT_NULL_VIOLATION.equals(message.getSQLState())) {
            column = firstQuoted(message);
        }
        return column == null ? checkedColumn(message) : Failure.fields(column);
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
