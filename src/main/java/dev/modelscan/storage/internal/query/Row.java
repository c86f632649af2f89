package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The current row of an execution. Valid until the mapper returns. */
public abstract sealed class Row permits PlainRow, PackedRow, ValueRow {

    private int shift;

    /** A row of values that have already been read. */
    public static Row of(@Nullable Object[] values) {
        return new ValueRow(values);
    }

    /** Moves to the next row; false if there is none. */
    abstract boolean next() throws SQLException;

    /** The row's name in messages. The first column is the id of a record or of its owner. */
    abstract String name() throws SQLException;

    /** The value at a position of the select list, or null. */
    abstract <T> @Nullable T value(Codec<T> codec, int place) throws SQLException;

    /** The value of a column that is never null. */
    public final <T> T get(Column<?, T> column) throws SQLException {
        T value = find(column);
        if (value == null) {
            throw new CorruptDatabaseException(
                    "column " + column.name() + " holds null, which its table does not allow", null);
        }
        return value;
    }

    public final <T> @Nullable T find(Column<?, T> column) throws SQLException {
        return value(column.codec(), shift + column.index());
    }

    /**
     * The value at a position of the select list, from 1, that is not a column and never null, such as a
     * count.
     */
    public final <T> T get(Codec<T> codec, int place) throws SQLException {
        return Objects.requireNonNull(find(codec, place));
    }

    /**
     * The value at a position of the select list, from 1, that is not a column, such as an average; may be
     * null.
     */
    public final <T> @Nullable T find(Codec<T> codec, int place) throws SQLException {
        return value(codec, shift + place);
    }

    /**
     * Maps columns {@code by} positions to the right of where they were declared, such as those of a joined
     * table.
     */
    public final <R> R shifted(int by, RowMapper<R> mapper) throws SQLException {
        shift += by;
        try {
            return mapper.map(this);
        } finally {
            shift -= by;
        }
    }
}
