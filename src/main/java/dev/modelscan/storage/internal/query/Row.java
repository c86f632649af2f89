package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.CorruptDatabaseException;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The row that an execution stands on. Good until the mapper returns. */
public final class Row {

    private final ResultSet rows;
    private final Dialect dialect;
    private int shift;

    Row(ResultSet rows, Dialect dialect) {
        this.rows = rows;
        this.dialect = dialect;
    }

    /** The value of a column that is never null. */
    public <T> T get(Column<?, T> column) throws SQLException {
        T value = find(column);
        if (value == null) {
            throw new CorruptDatabaseException(
                    "column " + column.name() + " holds null, which its table does not allow", null);
        }
        return value;
    }

    /** The value of a column, or null. */
    public <T> @Nullable T find(Column<?, T> column) throws SQLException {
        return column.codec().read(rows, shift + column.index(), dialect);
    }

    /** The whole number at a place of the select list that is no column, such as a count; null counts as 0. */
    public long number(int index) throws SQLException {
        return rows.getLong(index);
    }

    /** The text at a place of the select list. */
    public @Nullable String text(int index) throws SQLException {
        return dialect.text(rows, index);
    }

    /** Whether the last {@link #number} was null. */
    public boolean wasNull() throws SQLException {
        return rows.wasNull();
    }

    /** Maps columns that stand {@code by} places further right than they were declared, as those of a joined table do. */
    public <R> R shifted(int by, RowMapper<R> mapper) throws SQLException {
        shift += by;
        try {
            return mapper.map(this);
        } finally {
            shift -= by;
        }
    }
}
