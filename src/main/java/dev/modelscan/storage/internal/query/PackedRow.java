package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.CorruptDatabaseException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A row whose columns came as one value, for drivers to which each value costs a call into native code: a page of 100 tasks
 * has 1,600 of them. The columns are joined by a byte that UTF-8 never has. Null is another such byte, or empty where the
 * column's type has no empty value, so every text comes back as it was. Text that is not UTF-8, which another program may have
 * stored, is refused, but for that one byte alone.
 */
public final class PackedRow extends Row {

    /** Stands between columns. */
    public static final byte SEPARATOR = (byte) 0xff;

    /** Stands for null. */
    public static final byte NULL = (byte) 0xfe;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final ResultSet rows;
    private final int columns;
    // Where each column begins; the one after the last is where it would, behind a separator.
    private final int[] starts;
    private final @Nullable LastValue @Nullable [] last;
    private byte[] bytes = {};

    /**
     * The rows of a result.
     *
     * @param single whether it has one at most, so that nothing will be there again
     */
    PackedRow(ResultSet rows, int columns, boolean single) {
        this.rows = rows;
        this.columns = columns;
        this.starts = new int[columns + 1];
        this.last = single ? null : new LastValue[columns];
    }

    @Override
    boolean next() throws SQLException {
        if (!rows.next()) {
            return false;
        }
        bytes = rows.getBytes(1);
        if (split() != columns) {
            throw new CorruptDatabaseException(name() + " holds text that is not UTF-8", null);
        }
        return true;
    }

    @Override
    String name() {
        return "the row of "
                + new String(bytes, 0, Math.max(0, Math.min(bytes.length, starts[1] - 1)), StandardCharsets.UTF_8);
    }

    /** Finds where the columns begin, eight bytes at a time, and returns how many there are. */
    private int split() {
        int column = 1;
        int i = 0;
        for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
            long eight = (long) EIGHT_BYTES.get(bytes, i);
            // Adding one carries into the high bit where all the others are set.
            long separators = ((eight & LOW_BITS) + ONES) & eight & HIGH_BITS;
            while (separators != 0) {
                begin(column++, i + Long.numberOfTrailingZeros(separators) / Byte.SIZE + 1);
                separators &= separators - 1;
            }
        }
        for (; i < bytes.length; i++) {
            if (bytes[i] == SEPARATOR) {
                begin(column++, i + 1);
            }
        }
        begin(column, bytes.length + 1);
        return column;
    }

    private void begin(int column, int start) {
        if (column <= columns) {
            starts[column] = start;
        }
    }

    @Override
    <T> @Nullable T value(Codec<T> codec, int place) {
        int from = starts[place - 1];
        int to = starts[place] - 1;
        if (codec.hasEmpty() ? to == from + 1 && bytes[from] == NULL : to == from) {
            return null;
        }
        return LastValue.decode(last, place - 1, codec, bytes, from, to);
    }

    @Override
    public long number(int index) {
        throw notAColumn();
    }

    @Override
    public @Nullable String text(int index) {
        throw notAColumn();
    }

    @Override
    public boolean wasNull() {
        throw notAColumn();
    }

    private static IllegalStateException notAColumn() {
        return new IllegalStateException("only rows of columns are packed, so there is nothing else to read");
    }
}
