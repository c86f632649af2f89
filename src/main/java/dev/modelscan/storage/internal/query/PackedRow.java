package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.CorruptDatabaseException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row whose columns came as one value, for drivers to which each value costs a call into native code: a page of 100 tasks
 * has 1,600 of them. The columns are joined by a byte that UTF-8 never has, and null is another such byte, so every text
 * comes back as it was.
 *
 * <p>Rows of a list have much in common, such as the status, the type or an empty object. Where a column's bytes are those
 * of the row before, so is its value, which is immutable.
 */
public final class PackedRow extends Row {

    /** Stands between columns. */
    public static final byte SEPARATOR = (byte) 0xff;

    /** Stands for null. */
    public static final byte NULL = (byte) 0xfe;

    private final ResultSet rows;
    private final int columns;
    private final Cell[] cells;
    private byte[] bytes = {};
    private boolean lastNumberWasNull;

    /** Where a column lies in this row, and what it last was. */
    private static final class Cell {
        private int from;
        private int to;
        private byte[] knownBytes = {};
        private int knownFrom;
        private int knownTo;
        private @Nullable Object known;

        private boolean isNull(byte[] bytes) {
            return to == from + 1 && bytes[from] == NULL;
        }

        private String text(byte[] bytes) {
            return new String(bytes, from, to - from, StandardCharsets.UTF_8);
        }

        private boolean isKnown(byte[] bytes) {
            return known != null && Arrays.equals(bytes, from, to, knownBytes, knownFrom, knownTo);
        }

        private void know(byte[] bytes, Object value) {
            known = value;
            knownBytes = bytes;
            knownFrom = from;
            knownTo = to;
        }
    }

    PackedRow(ResultSet rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.cells = new Cell[columns];
        Arrays.setAll(cells, i -> new Cell());
    }

    @Override
    boolean next() throws SQLException {
        if (!rows.next()) {
            return false;
        }
        bytes = rows.getBytes(1);
        split();
        return true;
    }

    private void split() {
        int column = 0;
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == SEPARATOR) {
                if (column == columns - 1) {
                    throw malformed();
                }
                cells[column].from = from;
                cells[column].to = i;
                column++;
                from = i + 1;
            }
        }
        if (column != columns - 1) {
            throw malformed();
        }
        cells[column].from = from;
        cells[column].to = bytes.length;
    }

    private static CorruptDatabaseException malformed() {
        return new CorruptDatabaseException("a row holds text that is not UTF-8", null);
    }

    @Override
    @SuppressWarnings("unchecked") // A place of a query is always read as the same column.
    <T> @Nullable T value(Codec<T> codec, int place) {
        Cell cell = cells[place - 1];
        if (cell.isKnown(bytes)) {
            return (T) cell.known;
        }
        if (cell.isNull(bytes)) {
            return null;
        }
        T value = codec.decode(cell.text(bytes));
        cell.know(bytes, value);
        return value;
    }

    @Override
    public long number(int index) {
        Cell cell = cells[index - 1];
        lastNumberWasNull = cell.isNull(bytes);
        return lastNumberWasNull ? 0 : Long.parseLong(cell.text(bytes));
    }

    @Override
    public @Nullable String text(int index) {
        Cell cell = cells[index - 1];
        return cell.isNull(bytes) ? null : cell.text(bytes);
    }

    @Override
    public boolean wasNull() {
        return lastNumberWasNull;
    }
}
