package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.convert.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.PackedRow;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** What differs on SQLite. */
public final class SqliteDialect implements Dialect {

    /** The only instance. */
    public static final SqliteDialect INSTANCE = new SqliteDialect();

    private SqliteDialect() {}

    @Override
    public String name() {
        return "sqlite";
    }

    @Override
    public SQLDialect jooq() {
        return SQLDialect.SQLITE;
    }

    @Override
    public long rowsWritten(Connection connection) throws SQLException {
        return connection.unwrap(SQLiteConnection.class).getDatabase().total_changes();
    }

    /**
     * Text and whole numbers, which is all that the schema has. Both blobs are taken as text; as text literals, they could
     * not be written. An empty text costs SQLite less than a blob, so it is null wherever no value is empty.
     */
    @Override
    public Field<?> packed(List<Field<?>> columns, boolean missing) {
        List<Field<?>> parts = new ArrayList<>();
        parts.add(DSL.inline(new byte[] {PackedRow.SEPARATOR}));
        for (Field<?> column : columns) {
            if (!missing && !column.getDataType().nullable()) {
                parts.add(column);
                continue;
            }
            Field<?> none =
                    Codec.mayBeEmpty(column.getType()) ? DSL.inline(new byte[] {PackedRow.NULL}) : DSL.inline("");
            parts.add(DSL.function("ifnull", Object.class, column, none));
        }
        return DSL.function("concat_ws", String.class, parts.toArray(new Field<?>[0]));
    }

    /** The text in a column. The driver decodes text through a direct buffer; its bytes come over in one copy. */
    public static @Nullable String text(ResultSet rows, int column) throws SQLException {
        byte[] bytes = rows.getBytes(column);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable Instant time(ResultSet rows, int column) throws SQLException {
        byte[] bytes = rows.getBytes(column);
        return bytes == null ? null : Formats.instant(bytes, 0, bytes.length);
    }

    @Override
    public void bindTime(PreparedStatement statement, int position, @Nullable Instant value) throws SQLException {
        statement.setString(
                position, value == null ? null : Formats.INSTANT.encode().apply(value));
    }

    @Override
    public boolean goesOnAfterRefusal() {
        return true;
    }

    /** It has an effect only on statements that run. */
    @Override
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
    }

    /** The engine looks for the request at short intervals, but waits for the disk as long as that takes. */
    @Override
    public void abandon(Connection connection) {}
}
