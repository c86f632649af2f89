package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.transfer.CopiedTable.Column;
import dev.modelscan.storage.internal.values.TextRules;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes SQLite's rows for {@code COPY}, and rejects values that PostgreSQL would reject or alter. The
 * library stores no such values, but other programs may.
 */
final class RowEncoder {

    private static final String YEAR_0 = "0000-";
    private static final String YEAR_1_BC = "0001-";
    private static final String NOT_UTF_8 = "is not valid UTF-8";

    private final CopiedTable table;
    private final List<Column> columns;

    RowEncoder(CopiedTable table) {
        this.table = table;
        this.columns = table.columns();
    }

    /**
     * Adds the current row of a query for all columns.
     *
     * @throws InvalidDataException if a value cannot be stored unchanged; names the table, the key and the
     *     column
     */
    void encode(ResultSet rows, CopyText out) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            String problem = table.isTyped() ? null : storageProblem(rows.getObject(i + 1), columns.get(i));
            if (problem == null) {
                problem = encode(rows, i + 1, columns.get(i), out);
            }
            if (problem != null) {
                throw new InvalidDataException(
                        table.name(),
                        String.join(", ", table.key(rows)),
                        columns.get(i).name(),
                        problem);
            }
        }
        out.endRow();
    }

    /** Without STRICT, a column of SQLite's holds any value. */
    private static @Nullable String storageProblem(@Nullable Object value, Column column) {
        boolean fits = value == null
                || switch (column.kind()) {
                    case TEXT, TIME, JSON -> value instanceof String;
                    case NUMBER, BOOLEAN -> value instanceof Integer || value instanceof Long;
                    case REAL -> value instanceof Number;
                    case BYTES -> value instanceof byte[];
                };
        if (fits) {
            return null;
        }
        String held = value instanceof String ? "text" : value instanceof byte[] ? "bytes" : "a number";
        return "holds " + held + ", but the target's column has the type "
                + column.kind().name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String encode(ResultSet rows, int index, Column column, CopyText out) throws SQLException {
        switch (column.kind()) {
            case NUMBER, BOOLEAN -> {
                return number(rows, index, column, out);
            }
            case REAL -> {
                double value = rows.getDouble(index);
                if (rows.wasNull()) {
                    out.nothing();
                } else {
                    out.ascii(Double.toString(value));
                }
                return null;
            }
            default -> {
                return bytes(rows, index, column, out);
            }
        }
    }

    private static @Nullable String number(ResultSet rows, int index, Column column, CopyText out) throws SQLException {
        long value = rows.getLong(index);
        if (value == 0 && rows.wasNull()) {
            out.nothing();
            return null;
        }
        if (column.kind() == CopiedTable.Kind.BOOLEAN && value != 0 && value != 1) {
            return "is " + value + ", but the target's column is true or false: 1 or 0";
        }
        if (value > column.most() || value < -column.most() - 1) {
            return "is " + value + ", and the target's column holds up to " + column.most();
        }
        out.number(value);
        return null;
    }

    private static @Nullable String bytes(ResultSet rows, int index, Column column, CopyText out) throws SQLException {
        byte[] stored = rows.getBytes(index);
        if (stored == null) {
            out.nothing();
            return null;
        }
        return switch (column.kind()) {
            case TIME -> time(stored, out);
            case JSON -> json(stored, out);
            case BYTES -> {
                out.hexadecimal(stored);
                yield null;
            }
            default -> text(stored, out);
        };
    }

    private static @Nullable String text(byte[] stored, CopyText out) {
        boolean ascii = true;
        for (byte b : stored) {
            if (b == 0) {
                return "has a NUL character";
            }
            ascii &= b > 0;
        }
        if (!ascii) {
            String problem = utf8Problem(stored);
            if (problem != null) {
                return problem;
            }
        }
        out.text(stored);
        return null;
    }

    /**
     * The decoder puts U+FFFD in place of invalid bytes. Encoding again shows whether it was there before.
     */
    private static @Nullable String utf8Problem(byte[] stored) {
        String text = new String(stored, StandardCharsets.UTF_8);
        boolean altered = text.indexOf('\uFFFD') >= 0 && !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), stored);
        return altered ? NOT_UTF_8 : TextRules.problem(text);
    }

    /**
     * jsonb holds any JSON that the library accepts, without loss. SQLite accepts more, such as repeated keys
     * and {@code \}{@code u0000}.
     */
    private static @Nullable String json(byte[] stored, CopyText out) {
        boolean empty = stored.length == 2 && (stored[0] == '{' || stored[0] == '[');
        if (!empty) {
            String problem = utf8Problem(stored);
            if (problem != null) {
                return problem;
            }
            try {
                Json.parse(new String(stored, StandardCharsets.UTF_8));
            } catch (InvalidDataException e) {
                return e.reason();
            }
        }
        out.text(stored);
        return null;
    }

    private static @Nullable String time(byte[] stored, CopyText out) {
        String text = new String(stored, StandardCharsets.ISO_8859_1);
        try {
            Instant time = Formats.INSTANT.decode().apply(text);
            if (!Formats.INSTANT.encode().apply(time).equals(text)) {
                return "would come back as " + time;
            }
        } catch (CorruptDatabaseException e) {
            return "is not a time: " + e.getMessage();
        }
        // The year before 1 is 0 in ISO 8601, and 1 BC in PostgreSQL.
        out.ascii(text.startsWith(YEAR_0) ? YEAR_1_BC + text.substring(YEAR_0.length()) + " BC" : text);
        return null;
    }
}
