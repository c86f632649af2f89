package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.transfer.CopiedTable.Column;
import dev.modelscan.storage.internal.transfer.CopiedTable.Kind;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table's rows from PostgreSQL, by {@code COPY … TO STDOUT}: one row at a time, of any length, while the
 * server reads ahead. Times arrive as microseconds and bytes as digits, which do not depend on the
 * session's settings.
 */
final class PostgresRows implements RowSource {

    private final CopiedTable table;
    private final PostgresLink.Rows rows;
    private byte[] row = new byte[0];
    private int at;
    private byte[] value = new byte[4_096];

    PostgresRows(PostgresLink target, CopiedTable table) throws SQLException {
        this.table = table;
        this.rows = target.read(command(target, table));
    }

    /** jOOQ cannot express COPY. */
    private static String command(PostgresLink target, CopiedTable table) {
        List<String> values = new ArrayList<>();
        for (Column column : table.columns()) {
            String name = column.quoted();
            values.add(
                    switch (column.kind()) {
                        case TIME -> "(extract(epoch FROM " + name + ") * 1000000)::bigint";
                        case BYTES -> "encode(" + name + ", 'hex')";
                        case REAL -> "encode(float8send(" + name + "), 'hex')";
                        case BOOLEAN -> name + "::integer";
                        default -> name;
                    });
        }
        // A column of the application's may have another collation.
        List<String> order = table.key().stream()
                .map(column -> column.quoted() + (column.kind() == Kind.TEXT ? " COLLATE \"C\"" : ""))
                .toList();
        return "COPY (SELECT " + String.join(", ", values) + " FROM " + target.table(table.name()) + " ORDER BY "
                + String.join(", ", order) + ") TO STDOUT";
    }

    @Override
    public boolean next(CanonicalRow into) throws SQLException {
        into.clear();
        byte[] read = rows.next();
        if (read == null) {
            return false;
        }
        row = read;
        at = 0;
        for (Column column : table.columns()) {
            int size = nextValue();
            if (size < 0) {
                into.nothing();
            } else {
                add(column, size, into);
            }
        }
        return true;
    }

    private void add(Column column, int size, CanonicalRow into) {
        switch (column.kind()) {
            case NUMBER, TIME, BOOLEAN ->
                into.number(Long.parseLong(new String(value, 0, size, StandardCharsets.ISO_8859_1)));
            case JSON -> into.json(value, size);
            case BYTES, REAL -> into.hexadecimal(value, size);
            default -> into.text(value, size);
        }
    }

    /** Unescapes the next value and returns its size; -1 for SQL's null. */
    private int nextValue() {
        if (value.length < row.length) {
            value = new byte[row.length];
        }
        int size = 0;
        boolean isNull = false;
        while (at < row.length && row[at] != '\t' && row[at] != '\n') {
            byte b = row[at++];
            if (b == '\\') {
                byte escaped = row[at++];
                isNull = escaped == 'N';
                b = unescaped(escaped);
            }
            value[size++] = b;
        }
        at++;
        return isNull ? -1 : size;
    }

    /** Any other byte stands for itself. */
    private static byte unescaped(byte b) {
        return switch (b) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            default -> b;
        };
    }

    @Override
    public List<String> key() {
        List<@Nullable String> values = new ArrayList<>();
        at = 0;
        for (int i = 0; i < table.columns().size(); i++) {
            int size = nextValue();
            values.add(size < 0 ? null : new String(value, 0, size, StandardCharsets.UTF_8));
        }
        List<String> key = new ArrayList<>();
        for (int index : table.keyIndexes()) {
            String value = String.valueOf(values.get(index));
            boolean time = table.columns().get(index).kind() == Kind.TIME;
            key.add(time ? Formats.INSTANT.encode().apply(instant(Long.parseLong(value))) : value);
        }
        return key;
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @Override
    public void close() throws SQLException {
        rows.close();
    }
}
