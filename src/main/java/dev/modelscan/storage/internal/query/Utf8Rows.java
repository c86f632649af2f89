package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a statement, whose texts {@link Utf8} decodes. A driver may put U+FFFD in the place of bytes that
 * are not UTF-8. If such a text is written back, the bytes are lost. Reading bytes is also faster: SQLite's
 * driver copies a text once more.
 */
public final class Utf8Rows extends DefaultResultSet {

    private final ResultSet rows;

    public Utf8Rows(ResultSet rows) {
        super(rows);
        this.rows = rows;
    }

    @Override
    public @Nullable String getString(int column) throws SQLException {
        byte[] bytes = rows.getBytes(column);
        if (bytes == null) {
            return null;
        }
        try {
            return Utf8.decode(bytes, 0, bytes.length);
        } catch (CorruptDatabaseException e) {
            throw new CorruptDatabaseException(
                    "column " + rows.getMetaData().getColumnLabel(column) + " holds text that is not UTF-8", e);
        }
    }
}
