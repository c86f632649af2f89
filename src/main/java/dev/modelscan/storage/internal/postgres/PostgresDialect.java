package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.query.Session;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dialect of PostgreSQL and of servers that are compatible with it. */
public final class PostgresDialect implements Dialect {

    public static final PostgresDialect INSTANCE = new PostgresDialect();

    private static final Logger LOG = LoggerFactory.getLogger(PostgresDialect.class);

    private static final long EPOCH_SECOND =
            Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();

    private static final byte[] INFINITY = "infinity".getBytes(StandardCharsets.US_ASCII);

    private static final Catalog CATALOG = new PostgresCatalog();

    private static final Changes CHANGES = new PostgresChanges();

    private static final Expressions EXPRESSIONS = new PostgresExpressions();

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
    public Expressions expressions() {
        return EXPRESSIONS;
    }

    @Override
    public Catalog catalog() {
        return CATALOG;
    }

    /** A session for the tables of a schema over a connection, which the caller closes. */
    public static Session session(Connection connection, PostgresSchema schema) {
        Session session = new Session(connection, INSTANCE);
        session.use(schema.quoted());
        return session;
    }

    @Override
    public Changes changes() {
        return CHANGES;
    }

    @Override
    public boolean hasSchemas() {
        return true;
    }

    /**
     * Reads a time without the driver's text, which depends on the time zone of the session or the JVM. Once
     * a statement is prepared on the server, a time has eight bytes: microseconds since the year 2000. So has the
     * text of the time that is after all others.
     */
    @Override
    public @Nullable Instant time(ResultSet rows, int column) throws SQLException {
        byte[] bytes = rows.getBytes(column);
        if (bytes == null) {
            return null;
        }
        if (bytes.length == Long.BYTES && !Arrays.equals(bytes, INFINITY)) {
            long micros = ByteBuffer.wrap(bytes).getLong();
            if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
                throw infinite();
            }
            long seconds = Math.floorDiv(micros, 1_000_000L);
            return Instant.ofEpochSecond(EPOCH_SECOND + seconds, Math.floorMod(micros, 1_000_000) * 1_000L);
        }
        OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
        if (time.equals(OffsetDateTime.MAX) || time.equals(OffsetDateTime.MIN)) {
            throw infinite();
        }
        return time.toInstant();
    }

    private static CorruptDatabaseException infinite() {
        return new CorruptDatabaseException(
                "a time is infinity or -infinity, which Java's Instant cannot hold; store NULL or a time instead",
                null);
    }

    @Override
    public void bindTime(PreparedStatement statement, int position, @Nullable Instant value) throws SQLException {
        if (value == null) {
            statement.setNull(position, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            // The driver would round to microseconds.
            Instant stored = Formats.storable(value).truncatedTo(ChronoUnit.MICROS);
            statement.setObject(position, stored.atOffset(ZoneOffset.UTC));
        }
    }

    /** The driver knows the transaction's state from the server's last reply. */
    @Override
    public boolean isReading(Connection connection) throws SQLException {
        BaseConnection driver = driver(connection);
        return driver == null || driver.getTransactionState() != TransactionState.IDLE;
    }

    /** The driver's own connection; null if a data source hides it. */
    static @Nullable BaseConnection driver(Connection connection) throws SQLException {
        return connection.isWrapperFor(BaseConnection.class) ? connection.unwrap(BaseConnection.class) : null;
    }

    /** After an error the server accepts only a rollback. */
    @Override
    public boolean continuesAfterError() {
        return false;
    }

    /**
     * Uses a separate connection, which the server closes after it has signalled the session. The driver
     * waits for that.
     */
    @Override
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
    }

    @Override
    public boolean stopsOverNetwork() {
        return true;
    }

    /** The server cannot be reached. Without this the thread would wait for the network's own timeouts. */
    @Override
    public void abandon(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("a connection could not be given up", e);
        }
    }
}
