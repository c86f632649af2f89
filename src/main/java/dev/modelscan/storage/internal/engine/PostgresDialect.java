package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
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
        if (e instanceof StatementCancelledException) {
            return new Failure(Kind.CANCELLED, e.getMessage(), e);
        }
        String state = stateOf(e);
        ServerErrorMessage message = serverMessage(e);
        Kind kind = kind(state, message == null ? null : message.getConstraint());
        if (kind == Kind.CONNECTION_LOST && message != null && neverConnected(message)) {
            kind = Kind.NODE_AWAY;
        }
        return new Failure(kind, message == null ? null : detail(kind, message), e);
    }

    /**
     * Whether a coordinator says that it did not get a connection to a worker. Where it lost one that it had, it has the same
     * state, and the worker may have done its work; so does whatever this does not recognize.
     */
    private static boolean neverConnected(ServerErrorMessage message) {
        String text = String.valueOf(message.getMessage());
        return text.contains("could not establish any connections to the node")
                // libpq's words where connecting failed, behind those of Citus.
                || (text.contains("connection to the remote node") && text.contains("connection to server at"));
    }

    /** A pool wraps the driver's exception, and so does a batch. */
    private static String stateOf(SQLException e) {
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
            // On Citus the constraint's name goes on with the shard's number.
            case "23505" -> constraint != null && constraint.contains("_pkey") ? Kind.PRIMARY_KEY : Kind.UNIQUE;
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
        return message.getColumn() == null ? checkedColumn(message) : Failure.fields(message.getColumn());
    }

    /** A check is named after its table and column: {@code tasks_priority_check}, or on a shard {@code …_check_102008}. */
    private static @Nullable String checkedColumn(ServerErrorMessage message) {
        String constraint = message.getConstraint();
        String table = message.getTable();
        if (constraint == null || table == null) {
            return null;
        }
        String prefix = table.replaceFirst("_\\d+$", "") + "_";
        int end = constraint.lastIndexOf("_check");
        boolean named = constraint.startsWith(prefix) && end > prefix.length();
        return named ? Failure.fields(constraint.substring(prefix.length(), end)) : null;
    }
}
