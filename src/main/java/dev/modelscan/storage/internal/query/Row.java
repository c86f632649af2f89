package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The row that an execution stands on. Good until the mapper returns. */
public abstract sealed class Row permits PlainRow, PackedRow, ValueRow {

    private static final char REPLACEMENT = '\uFFFD';

    private int shift;

    /** A row of values that have been read already. */
    public static Row of(@Nullable Object[] values) {
        return new ValueRow(values);
    }

    /** Goes to the next row; false where there is none. */
    abstract boolean next() throws SQLException;

    /** What messages call it: its first column is the id of a record, or of what it belongs to. */
    abstract String name() throws SQLException;

    /**
     * The text that these bytes are. Decoding puts U+FFFD where they are none, so only a text that has one needs a second look.
     *
     * @throws CorruptDatabaseException where they are not UTF-8
     */
    static String text(byte[] bytes, int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0
                && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(bytes, from, to))) {
            throw new CorruptDatabaseException("text is not UTF-8", null);
        }
        return text;
    }

    /** The value at a place of the select list, or null. */
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

    /** The value of a column, or null. */
    public final <T> @Nullable T find(Column<?, T> column) throws SQLException {
        return value(column.codec(), shift + column.index());
    }

    /** The value at a place of the select list, from 1, that is no column and never null, such as a count. */
    public final <T> T get(Codec<T> codec, int place) throws SQLException {
        return Objects.requireNonNull(find(codec, place));
    }

    /** The value at a place of the select list, from 1, that is no column, such as an average; or null. */
    public final <T> @Nullable T find(Codec<T> codec, int place) throws SQLException {
        return value(codec, shift + place);
    }

    /** Maps columns that stand {@code by} places further right than they were declared, as those of a joined table do. */
    public final <R> R shifted(int by, RowMapper<R> mapper) throws SQLException {
        shift += by;
        try {
            return mapper.map(this);
        } finally {
            shift -= by;
        }
    }
}
