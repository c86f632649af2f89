package dev.modelscan.storage.internal.query;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs SQL that is made from the catalog of the database, so that no compiled query can say it. It is logged, watched
 * and cancelled as compiled queries are.
 */
public final class PlainSql {

    private static final Logger SQL = LoggerFactory.getLogger("dev.modelscan.storage.sql");

    private PlainSql() {}

    /** Reads a row. */
    @FunctionalInterface
    public interface Reader<T> {
        /** The value of the current row. */
        T read(ResultSet row) throws SQLException;
    }

    /** Executes a write, and returns the number of rows written. The values are text or whole numbers. */
    public static int update(Session session, String sql, List<?> values) throws SQLException {
        PreparedStatement statement = prepared(session, sql, values);
        session.running().begin();
        try {
            int rows = statement.executeUpdate();
            session.wrote(rows);
            return rows;
        } finally {
            session.running().end();
        }
    }

    /** Executes a write once for each of these lists of values, as one batch. */
    public static void updateAll(Session session, String sql, List<? extends List<?>> rows) throws SQLException {
        SQL.debug("batch of {}: {}", rows.size(), sql);
        PreparedStatement statement = session.plain(sql);
        try {
            for (List<?> values : rows) {
                bind(statement, values);
                statement.addBatch();
            }
            session.running().begin();
            try {
                statement.executeBatch();
                session.wrote(rows.size());
            } finally {
                session.running().end();
            }
        } catch (SQLException | RuntimeException | Error e) {
            // The driver may still hold the batch, and the next execution would write it.
            Cleanup.after(e, statement::clearBatch);
            throw e;
        }
    }

    /** All rows of a query. The values are text or whole numbers. */
    public static <T> List<T> rows(Session session, String sql, List<?> values, Reader<T> reader) throws SQLException {
        PreparedStatement statement = prepared(session, sql, values);
        List<T> all = new ArrayList<>();
        session.running().begin();
        try (ResultSet rows = session.dialect().ofUtf8(statement.executeQuery())) {
            while (rows.next()) {
                all.add(reader.read(rows));
            }
        } finally {
            session.running().end();
        }
        return all;
    }

    private static PreparedStatement prepared(Session session, String sql, List<?> values) throws SQLException {
        SQL.debug(sql);
        PreparedStatement statement = session.plain(sql);
        bind(statement, values);
        return statement;
    }

    private static void bind(PreparedStatement statement, List<?> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            bind(statement, i + 1, values.get(i));
        }
    }

    private static void bind(PreparedStatement statement, int place, @Nullable Object value) throws SQLException {
        if (value instanceof Number number) {
            statement.setLong(place, number.longValue());
        } else {
            statement.setString(place, (String) value);
        }
    }

    /** A name as SQL, quoted as all engines take it. */
    public static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A table of the session's schema as SQL. */
    public static String table(Session session, String name) {
        return session.schema() == null ? quoted(name) : session.schema() + '.' + quoted(name);
    }
}
