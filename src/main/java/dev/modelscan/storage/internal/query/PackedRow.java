package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row whose columns arrive as one value. In some drivers each value costs a call into native code, and a
 * page of 100 tasks has 1,600 values. The columns are joined by a byte that never occurs in UTF-8. If a value
 * may be any text, null is another such byte, so every text is read as it was stored. Text that is not UTF-8,
 * which another program may have stored, is rejected, except if it is exactly one marker byte.
 *
 * <p>No packed column is ever empty, because SQLite's {@code concat_ws} skipped empty text before 3.50, and a
 * leading one before 3.54. {@link #EMPTY} stands for an empty text, {@link #NO_VALUE} for null in columns
 * that can never hold that text.
 *
 * <p>Some columns stay unpacked, each a value of its own. Large values do: packing a text of 200 KB would copy it
 * once more and scan it for separators.
 *
 * <p>Rows of a list often repeat a status, a type or an empty object. So each row is compared with the row
 * before it, even if that belongs to the previous result. A column with equal bytes keeps its decoded value,
 * which is immutable.
 */
public final class PackedRow extends Row {

    /** Separates columns. */
    public static final byte SEPARATOR = (byte) 0xff;

    /** Stands for null in a column whose values may be any text. */
    public static final byte NULL = (byte) 0xfe;

    /** Stands for an empty text. */
    public static final byte EMPTY = (byte) 0xfd;

    /**
     * Stands for null in any other column: no number, time, status or JSON has this value. SQLite joins text
     * faster than bytes.
     */
    public static final String NO_VALUE = "~";

    /**
     * How many rows are fetched before the first is mapped. Alternating between native code and Java at each
     * row makes the processor forget what it learned about either. Fetching stops early at
     * {@link #FETCHED_BYTES}.
     */
    private static final int FETCHED_ROWS = 64;

    private static final int FETCHED_BYTES = 65_536;

    /**
     * A statement lives as long as its connection, so a row longer than this is not kept for the next result.
     */
    private static final int KEPT_BYTES = 4_096;

    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
    private static final long ONES = 0x0101010101010101L;

    /** Marks a value that has not been read yet. */
    private static final Object NOT_DECODED = new Object();

    private @Nullable ResultSet rows;
    private final byte[] @Nullable [] fetched = new byte[FETCHED_ROWS][];
    private final int[] numbers;
    private final int apart;
    private final byte[] @Nullable [] fetchedApart;
    private int unfetched;
    private long bytesRead;
    private int count;
    private int position;
    private byte[] bytes = {};
    // The start of each column. The last entry is one past the end of the row, as if a separator followed it.
    private final int[] starts;
    private final @Nullable Object[] values;

    /**
     * The rows of a query.
     *
     * @param numbers see {@link RenderedQuery#packed}. Unpacked columns come first in the result, because SQLite finds
     *     what is stored after a large value faster if it has read that value (112 µs for 200 KB; else 126)
     */
    PackedRow(List<Integer> numbers) {
        this.numbers = numbers.stream().mapToInt(Integer::intValue).toArray();
        int columns = (int) numbers.stream().filter(number -> number >= 0).count();
        this.apart = numbers.size() - columns;
        this.fetchedApart = new byte[FETCHED_ROWS * apart][];
        this.values = new Object[columns];
        this.starts = new int[columns + 1];
        // Before the first row, these are the positions of a row of empty columns, which no row matches.
        Arrays.setAll(starts, column -> column);
        Arrays.fill(values, NOT_DECODED);
    }

    /**
     * Starts to read another result of the same query.
     *
     * @param most how many rows are wanted; later ones are not read
     */
    PackedRow of(ResultSet result, int most) {
        rows = result;
        unfetched = most;
        position = 0;
        count = 0;
        return this;
    }

    /**
     * Releases the result. Keeps its last row to compare with the next result, if it is short enough.
     *
     * @return how many bytes were read
     */
    long end() {
        long read = bytesRead;
        bytesRead = 0;
        rows = null;
        Arrays.fill(fetched, position, count, null);
        Arrays.fill(fetchedApart, null);
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[0];
            Arrays.fill(values, NOT_DECODED);
        }
        return read;
    }

    @Override
    boolean next() throws SQLException {
        if (position == count && !fetch()) {
            return false;
        }
        byte[] before = bytes;
        bytes = Objects.requireNonNull(fetched[position]);
        fetched[position++] = null;
        if (!locate(before)) {
            throw new CorruptDatabaseException(name() + " holds text that is not UTF-8", null);
        }
        return true;
    }

    private boolean fetch() throws SQLException {
        ResultSet result = Objects.requireNonNull(rows);
        position = 0;
        count = 0;
        int most = Math.min(unfetched, FETCHED_ROWS);
        int size = 0;
        while (count < most && size < FETCHED_BYTES && result.next()) {
            byte[] row = result.getBytes(apart + 1);
            size += row.length;
            for (int i = 0; i < apart; i++) {
                byte[] value = result.getBytes(i + 1);
                size += value == null ? 0 : value.length;
                fetchedApart[count * apart + i] = value;
            }
            fetched[count++] = row;
        }
        unfetched -= count;
        bytesRead += size;
        return count > 0;
    }

    @Override
    String name() {
        return "the row of "
                + new String(bytes, 0, Math.max(0, Math.min(bytes.length, starts[1] - 1)), StandardCharsets.UTF_8);
    }

    /**
     * Finds where the columns start, and which have the same value as in the row before. One comparison
     * covers all columns up to the next difference. Returns whether the number of columns is right.
     */
    private boolean locate(byte[] before) {
        int start = 0;
        int startBefore = 0;
        int same = same(before, 0, 0);
        for (int column = 0; column < values.length; column++) {
            int endBefore = starts[column + 1];
            int length = endBefore - startBefore;
            if (length <= same) {
                same -= length;
                start += length;
            } else {
                values[column] = NOT_DECODED;
                start = separator(start) + 1;
                same = same(before, endBefore, start);
            }
            startBefore = endBefore;
            starts[column + 1] = start;
        }
        return start == bytes.length + 1;
    }

    /** The number of equal bytes from these positions on; more than there are if no byte differs. */
    private int same(byte[] before, int startBefore, int start) {
        if (startBefore >= before.length || start >= bytes.length) {
            return 0;
        }
        int same = Arrays.mismatch(before, startBefore, before.length, bytes, start, bytes.length);
        return same < 0 ? Integer.MAX_VALUE : same;
    }

    /** The position of the next separator, or the end. Compares eight bytes at a time. */
    private int separator(int from) {
        int i = from;
        for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
            long eight = Utf8.eight(bytes, i);
            // Adding one carries into the high bit if all other bits are set.
            long separators = ((eight & LOW_BITS) + ONES) & eight & Utf8.HIGH_BITS;
            if (separators != 0) {
                return i + Long.numberOfTrailingZeros(separators) / Byte.SIZE;
            }
        }
        while (i < bytes.length && bytes[i] != SEPARATOR) {
            i++;
        }
        return i;
    }

    @Override
    @SuppressWarnings("unchecked") // A column always has the same codec.
    <T> @Nullable T value(Codec<T> codec, int place) {
        int column = numbers[place - 1];
        if (column < 0) {
            byte[] value = fetchedApart[(position - 1) * apart - 1 - column];
            return value == null ? null : codec.decode(value, 0, value.length);
        }
        if (values[column] == NOT_DECODED) {
            values[column] = decode(codec, starts[column], starts[column + 1] - 1);
        }
        return (T) values[column];
    }

    private <T> @Nullable T decode(Codec<T> codec, int from, int to) {
        if (to == from + 1) {
            byte only = bytes[from];
            if (only == (codec.mayBeEmpty() ? NULL : NO_VALUE.charAt(0))) {
                return null;
            }
            if (only == EMPTY) {
                return codec.decode(bytes, from, from);
            }
        }
        return codec.decode(bytes, from, to);
    }
}
