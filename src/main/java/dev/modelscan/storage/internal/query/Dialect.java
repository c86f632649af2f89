package dev.modelscan.storage.internal.query;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jooq.Field;
import org.jooq.SQLDialect;
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

    /**
     * How many rows the connection has ever written, which after a batch that failed tells the row that was refused; negative
     * where the engine does not count, or where a transaction does not go on after a refusal. A savepoint before each batch
     * would tell too, but SQLite then keeps a copy of every page that changes.
     */
    default long rowsWritten(Connection connection) throws SQLException {
        return -1;
    }

    /**
     * One expression that holds all of the columns as {@link PackedRow} reads them; null to read them one by one.
     *
     * @param missing whether rows of a table may be missing, so that columns are null which are declared never to be
     */
    default @Nullable Field<?> packed(List<Field<?>> columns, boolean missing) {
        return null;
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

    /** For a statement that goes on long after it was cancelled: gives up its connection, where that may help. */
    void abandon(Connection connection);
}
