package dev.modelscan.storage.internal.sqlite.file;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The answer of a pragma or a query that is one number. */
public final class SingleNumber {

    private SingleNumber() {}

    /** 0 if there is no row. */
    public static long of(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** The same with a statement of its own. */
    public static long of(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return of(statement, sql);
        }
    }
}
