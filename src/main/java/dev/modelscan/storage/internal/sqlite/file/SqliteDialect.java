package dev.modelscan.storage.internal.sqlite.file;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.query.OriginNames;
import dev.modelscan.storage.internal.query.PackedRow;
import dev.modelscan.storage.internal.query.Utf8Rows;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** SQLite's dialect. */
public final class SqliteDialect implements Dialect {

    public static final SqliteDialect INSTANCE = new SqliteDialect();

    private static final Catalog CATALOG = new SqliteCatalog();

    private static final Changes CHANGES = new SqliteChanges();

    private static final Expressions EXPRESSIONS = new SqliteExpressions();

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
    public Expressions expressions() {
        return EXPRESSIONS;
    }

    @Override
    public Catalog catalog() {
        return CATALOG;
    }

    @Override
    public Changes changes() {
        return CHANGES;
    }

    @Override
    public boolean locksRows() {
        return false;
    }

    /**
     * The driver asks for the key by a statement of its own, which it prepares after each INSERT: 10 of the 56 µs that
     * creating a task takes beside others in one transaction.
     */
    @Override
    public void keepGeneratedKeys(Connection connection, boolean keep) {
        if (connection instanceof SQLiteConnection own) {
            own.getConnectionConfig().setGetGeneratedKeys(keep);
        }
    }

    @Override
    public long rowsWritten(Connection connection) throws SQLException {
        return connection.unwrap(SQLiteConnection.class).getDatabase().total_changes();
    }

    /**
     * A statement that fires triggers keeps a copy of each page that it changes. In sixteens, 50,000 messages took 0.8 of
     * the CPU time with the audit log, 0.7 with the search index, and 1.4 times as much without triggers.
     */
    @Override
    public boolean insertsInRows(Connection connection, Table<?> table) throws SQLException {
        String sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = '"
                + table.getName() + "' AND sql LIKE '%INSERT%')";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.getBoolean(1);
        }
    }

    @Override
    public long lastRow(Connection connection, Table<?> table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT max(rowid) FROM " + table.getName())) {
            return rows.getLong(1);
        }
    }

    @Override
    public List<String> keysAfter(Connection connection, Table<?> table, Field<?> key, long row) throws SQLException {
        String sql = "SELECT " + key.getName() + " FROM " + table.getName() + " WHERE rowid > " + row
                + " ORDER BY rowid DESC";
        List<String> keys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                keys.add(rows.getString(1));
            }
        }
        return keys;
    }

    /**
     * Packs text and whole numbers; bytes and large texts stay apart. SQLite treats the marker bytes as text,
     * although they are not valid UTF-8.
     */
    @Override
    public List<Field<?>> packed(List<Field<?>> columns, boolean missing) {
        List<Field<?>> parts = new ArrayList<>();
        List<Field<?>> apart = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            Field<?> column = columns.get(i);
            int origin = originAt(columns, i);
            if (isLarge(column)) {
                apart.add(column);
            } else if (origin > 1) {
                parts.add(packedOrigin(columns.subList(i, i + origin)));
                i += origin - 1;
            } else {
                parts.add(missing || column.getDataType().nullable() ? orMark(column) : column);
            }
        }
        if (parts.isEmpty()) {
            return List.of();
        }
        apart.add(joined(parts));
        return apart;
    }

    private static Field<String> joined(List<Field<?>> parts) {
        List<Field<?>> arguments = new ArrayList<>(List.of(mark(PackedRow.SEPARATOR)));
        arguments.addAll(parts);
        return DSL.function("concat_ws", String.class, arguments.toArray(new Field<?>[0]));
    }

    /** How many columns of a record's origin are here, starting with the form of its source; else 0. */
    private static int originAt(List<Field<?>> columns, int from) {
        int to = from;
        if (columns.get(from).getName().equals(OriginNames.ALL.get(0))) {
            while (to < columns.size()
                    && OriginNames.ALL.contains(columns.get(to).getName())) {
                to++;
            }
        }
        return to - from;
    }

    /**
     * Most records come from no source. All of its columns are null then, and are read as null if the form is.
     * Asking once instead of six times reads a page of tasks 13 % faster.
     */
    private static Field<?> packedOrigin(List<Field<?>> columns) {
        ByteArrayOutputStream nulls = new ByteArrayOutputStream();
        for (Field<?> column : columns) {
            if (nulls.size() > 0) {
                nulls.write(PackedRow.SEPARATOR);
            }
            nulls.write(Codec.mayBeEmpty(column.getType()) ? PackedRow.NULL : PackedRow.NO_VALUE.charAt(0));
        }
        return DSL.when(columns.get(0).isNull(), DSL.inline(nulls.toByteArray()).coerce(String.class))
                .otherwise(joined(columns.stream().map(SqliteDialect::orMark).toList()));
    }

    /**
     * Called only by the build, and for queries that it has not rendered: no other program loads the tables
     * for this.
     */
    private static boolean isLarge(Field<?> column) {
        return column.equals(MESSAGES.CONTENT)
                || column.equals(TASKS.INPUT)
                || column.equals(TASKS.OUTPUT)
                || column.equals(TOOL_EXECUTIONS.INPUT)
                || column.equals(TOOL_EXECUTIONS.OUTPUT)
                || column.equals(MESSAGE_PARTS.DATA)
                || column.equals(MESSAGE_PARTS.TEXT)
                || column.getType() == byte[].class;
    }

    /** An empty id was stored by another program, and is rejected. */
    private static Field<?> orMark(Field<?> column) {
        boolean anyText = Codec.mayBeEmpty(column.getType());
        Field<?> none = anyText ? mark(PackedRow.NULL) : DSL.inline(PackedRow.NO_VALUE);
        Field<Object> value = DSL.function("ifnull", Object.class, column, none);
        return column.getType() == String.class
                ? DSL.when(
                                column.coerce(String.class).eq(DSL.inline("")),
                                mark(PackedRow.EMPTY).coerce(Object.class))
                        .otherwise(value)
                : value;
    }

    private static Field<byte[]> mark(byte mark) {
        return DSL.inline(new byte[] {mark});
    }

    /**
     * The text in a column. The driver's own getter decodes through a direct buffer; getting the bytes takes
     * one copy.
     */
    public static @Nullable String text(ResultSet rows, int column) throws SQLException {
        byte[] bytes = rows.getBytes(column);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public ResultSet ofUtf8(ResultSet rows) {
        return new Utf8Rows(rows);
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
    public void requireValues(PreparedStatement statement, int values) throws SQLException {
        int parameters = statement.getParameterMetaData().getParameterCount();
        if (parameters > values) {
            throw new SQLException("the SQL has more parameters than values (" + parameters + " and " + values
                    + "); give a value for each ?");
        }
    }

    @Override
    public boolean keepsStatements() {
        return true;
    }

    @Override
    public boolean continuesAfterError() {
        return true;
    }

    /** Affects only statements that are running. */
    @Override
    public void cancel(Connection connection) throws SQLException {
        connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
    }

    /** SQLite checks for the request at short intervals, but waits for the disk without limit. */
    @Override
    public void abandon(Connection connection) {}
}
