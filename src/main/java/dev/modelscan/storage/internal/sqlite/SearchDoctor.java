package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;

/** Whether the search index, if there is one, has what it should have. */
final class SearchDoctor {

    /** One of its tables is missing, or damaged. */
    private static final Set<Integer> UNREADABLE =
            Set.of(SQLiteErrorCode.SQLITE_ERROR.code, SQLiteErrorCode.SQLITE_CORRUPT.code);

    private SearchDoctor() {}

    /**
     * What is wrong with it, as ids of records or as words; empty if nothing is, or there is no index.
     *
     * @param compares whether each record is looked up, and not only counted
     */
    static List<String> differences(Connection connection, boolean compares) throws SQLException {
        long state = SingleNumber.of(connection, text("state"));
        if (state == 0) {
            return List.of();
        }
        if (state != SearchScripts.WHOLE) {
            return List.of("the index has only " + state + " % of its triggers and tables");
        }
        try {
            return compares ? compared(connection) : counted(connection);
        } catch (SQLException e) {
            if (isUnreadable(e)) {
                return List.of(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    static boolean isUnreadable(SQLException e) {
        return UNREADABLE.contains(e.getErrorCode() & 0xff);
    }

    private static List<String> compared(Connection connection) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(text("differences"))) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    private static List<String> counted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(text("counts"))) {
            row.next();
            long texts = row.getLong(1);
            long documents = row.getLong(2);
            long words = row.getLong(3);
            return texts == documents && documents == words
                    ? List.of()
                    : List.of(texts + " texts, of which the index has " + documents + ", and words of " + words);
        }
    }

    private static String text(String name) {
        return SearchScripts.text(SqliteDialect.INSTANCE, name);
    }
}
