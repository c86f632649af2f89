package dev.modelscan.storage.internal.query;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** What an engine has to provide to execute compiled queries. */
public interface Dialect {

    /** The engine's name in lower case, as folders on the class path use it. */
    String name();

    /** The SQL dialect that jOOQ renders. */
    SQLDialect jooq();

    /** The engine's SQL for what jOOQ cannot say. */
    Expressions expressions();

    /** What the database says about its tables, and SQL to make documents of rows. */
    Catalog catalog();

    /** SQL of the triggers of the audit log. */
    Changes changes();

    /** Whether tables are in schemas, so that queries must qualify their names. */
    default boolean hasSchemas() {
        return false;
    }

    /** Whether a select can lock rows; else one transaction writes at a time, so nothing has to be locked. */
    default boolean locksRows() {
        return true;
    }

    /**
     * How many rows the connection has written since it was opened, including those that triggers wrote;
     * negative if the engine does not count them.
     */
    default long rowsWritten(Connection connection) throws SQLException {
        return -1;
    }

    /** Whether many rows of a table are inserted faster by statements of several rows than by a batch of statements. */
    default boolean insertsInRows(Connection connection, Table<?> table) throws SQLException {
        return false;
    }

    /**
     * The row number of a table's last row, used to find rows added later; negative if the engine does not
     * number rows, or if a transaction cannot continue after a rejected statement.
     */
    default long lastRow(Connection connection, Table<?> table) throws SQLException {
        return -1;
    }

    /** The keys of a table's rows that were added after a row, newest first. */
    default List<String> keysAfter(Connection connection, Table<?> table, Field<?> key, long row) throws SQLException {
        return List.of();
    }

    /**
     * The select list that {@link PackedRow} reads: the columns that stay unpacked, and one expression that
     * packs all others. Empty to read all columns one by one.
     *
     * @param missing whether an outer join may leave a table's row out, so that columns declared NOT NULL may
     *     be null
     */
    default List<Field<?>> packed(List<Field<?>> columns, boolean missing) {
        return List.of();
    }

    /**
     * Lets the driver remember the keys that an INSERT generated, or not, if that costs anything. The library's statements
     * need none; a caller's may.
     */
    default void keepGeneratedKeys(Connection connection, boolean keep) {}

    /** These rows, whose {@code getString} throws {@code CorruptDatabaseException} if a text is not UTF-8. */
    default ResultSet ofUtf8(ResultSet rows) {
        return rows;
    }

    /** The time in a column, read in the fastest way of this engine's driver; null for SQL's null. */
    @Nullable
    Instant time(ResultSet rows, int column) throws SQLException;

    /** Binds a time or null. Null must have the same type, or the server prepares the statement again. */
    void bindTime(PreparedStatement statement, int position, @Nullable Instant value) throws SQLException;

    /**
     * Whether a transaction can continue after the engine rejected one of its statements. If it cannot, no
     * query can look up why the statement was rejected.
     */
    boolean continuesAfterError();

    /** Whether statements of {@code db.dsl()} are kept for the next query, because the driver keeps none. */
    default boolean keepsStatements() {
        return false;
    }

    /**
     * Rejects a statement with more parameters than values if the engine would take null for the rest.
     *
     * @throws SQLException if there are more; it is the caller's mistake, as wrong SQL is
     */
    default void requireValues(PreparedStatement statement, int values) throws SQLException {}

    /**
     * Whether the connection is in the transaction that {@code db.dsl()} reads in; true if it reads in none.
     */
    default boolean isReading(Connection connection) throws SQLException {
        return true;
    }

    /**
     * Cancels what a connection executes, from another thread. Returns only when the request can no longer
     * reach a later statement.
     */
    void cancel(Connection connection) throws SQLException;

    /** Whether {@link #cancel} and {@link #abandon} may wait for the network. */
    default boolean stopsOverNetwork() {
        return false;
    }

    /** Drops the connection of a statement that still runs long after it was cancelled, if that may help. */
    void abandon(Connection connection);
}
