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

/** What executing a compiled query needs to know of an engine. */
public interface Dialect {

    /** The engine's name, in lower case, as folders of the class path have it. */
    String name();

    /** The language that jOOQ renders. */
    SQLDialect jooq();

    /** Whether tables are in schemas, so that queries name the one that they mean. */
    default boolean hasSchemas() {
        return false;
    }

    /** How many rows the connection has ever written, by triggers too; negative if the engine does not count. */
    default long rowsWritten(Connection connection) throws SQLException {
        return -1;
    }

    /**
     * The number of the last row of a table, by which the rows that come after it can be told; negative if the engine does not
     * number rows, or if a transaction does not go on after a refusal.
     */
    default long lastRow(Connection connection, Table<?> table) throws SQLException {
        return -1;
    }

    /** The keys of the rows of a table that came after a row, the newest first. */
    default List<String> keysAfter(Connection connection, Table<?> table, Field<?> key, long row) throws SQLException {
        return List.of();
    }

    /**
     * The last columns that lie apart, as they are, and one expression that holds all the others, as {@link PackedRow} reads
     * them; nothing to read all of them one by one.
     *
     * @param missing whether rows of a table may be missing, so that columns are null which are declared never to be
     */
    default List<Field<?>> packed(List<Field<?>> columns, boolean missing) {
        return List.of();
    }

    /** The time in a column, by the way that is fastest with this engine's driver; null for SQL's null. */
    @Nullable
    Instant time(ResultSet rows, int column) throws SQLException;

    /** Sets a parameter to a time, or to null, which has to have the same type: the server would prepare the statement anew. */
    void bindTime(PreparedStatement statement, int position, @Nullable Instant value) throws SQLException;

    /**
     * Whether a transaction goes on after the engine refused one of its statements. Where it does not, nothing can be looked
     * up to explain the refusal.
     */
    boolean goesOnAfterRefusal();

    /** Whether the connection is in the transaction that {@code db.dsl()} reads in; true if it reads in none. */
    default boolean isReading(Connection connection) throws SQLException {
        return true;
    }

    /** Stops what a connection runs, from another thread. Returns only once nothing that begins later can be meant. */
    void cancel(Connection connection) throws SQLException;

    /** Whether {@link #cancel} and {@link #abandon} may wait for a network. */
    default boolean stopsOverNetwork() {
        return false;
    }

    /** For a statement that goes on long after it was cancelled: gives up its connection, where that may help. */
    void abandon(Connection connection);
}
