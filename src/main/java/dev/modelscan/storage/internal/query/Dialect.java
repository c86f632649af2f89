package dev.modelscan.storage.internal.query;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** What executing a compiled query needs to know of an engine. */
public interface Dialect {

    /** The engine's name, in lower case, as folders of the class path have it. */
    String name();

    /** The language that jOOQ renders. */
    SQLDialect jooq();

    /** The text in a column, by the way that is fastest with this engine's driver; null for SQL's null. */
    @Nullable
    String text(ResultSet rows, int column) throws SQLException;

    /** The time in a column, by the way that is fastest with this engine's driver; null for SQL's null. */
    @Nullable
    Instant time(ResultSet rows, int column) throws SQLException;

    /** Sets a parameter to a time. */
    void bindTime(PreparedStatement statement, int position, Instant value) throws SQLException;

    /**
     * Whether a transaction goes on after the engine refused one of its statements. Where it does not, nothing can be looked
     * up to explain the refusal.
     */
    boolean goesOnAfterRefusal();

    /** Stops what a connection runs, from another thread. Returns only once nothing that begins later can be meant. */
    void cancel(Connection connection) throws SQLException;

    /** For a statement that goes on long after it was cancelled: gives up its connection, where that may help. */
    void abandon(Connection connection);
}
