package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.convert.Formats;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.PackedRow;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What differs on SQLite. */
public final class SqliteDialect implements Dialect {

    /** The only instance. */
    public static final SqliteDialect INSTANCE = new SqliteDialect();

    private static final Pattern CONSTRAINT = Pattern.compile("constraint failed: ([^)]+)\\)?");

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

    static Failure classify(SQLException e) {
        if (e instanceof StatementCancelledException) {
            return new Failure(Kind.CANCELLED, e.getMessage(), e);
        }
        SQLiteErrorCode code = codeOf(e);
        return new Failure(kind(code), detail(e), e);
    }

    /** The driver wraps its exception where a batch fails. */
    private static SQLiteErrorCode codeOf(SQLException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLiteException sqlite) {
                return sqlite.getResultCode();
            }
        }
        return SQLiteErrorCode.getErrorCode(e.getErrorCode());
    }

    private static Kind kind(SQLiteErrorCode code) {
        return switch (code) {
            case SQLITE_CONSTRAINT_UNIQUE -> Kind.UNIQUE;
            case SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID -> Kind.PRIMARY_KEY;
            case SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_TRIGGER -> Kind.FOREIGN_KEY;
            case SQLITE_CONSTRAINT,
                    SQLITE_CONSTRAINT_CHECK,
                    SQLITE_CONSTRAINT_NOTNULL,
                    SQLITE_CONSTRAINT_DATATYPE,
                    SQLITE_MISMATCH -> Kind.INVALID;
            case SQLITE_TOOBIG -> Kind.TOO_LARGE;
            case SQLITE_FULL -> Kind.FULL;
            case SQLITE_READONLY -> Kind.READ_ONLY;
            default -> primaryKind(code.code & 0xff);
        };
    }

    /** Extended codes carry their family in the low byte; see https://www.sqlite.org/rescode.html. */
    private static Kind primaryKind(int primary) {
        return switch (primary) {
            case 5, 6 -> Kind.BUSY; // BUSY, LOCKED
            case 9 -> Kind.CANCELLED; // INTERRUPT
            case 11, 26 -> Kind.CORRUPT; // CORRUPT, NOTADB
            case 8, 10, 14 -> Kind.UNAVAILABLE; // READONLY_DBMOVED and kin, IOERR, CANTOPEN
            default -> Kind.OTHER;
        };
    }

    private static @Nullable String detail(SQLException e) {
        Matcher matcher = CONSTRAINT.matcher(String.valueOf(e.getMessage()));
        if (!matcher.find()) {
            return null;
        }
        String what = matcher.group(1);
        boolean columns = what.contains(".") && (!what.contains(" ") || what.contains(", "));
        return columns ? Failure.fields(what) : null;
    }
}
