package dev.modelscan.storage.internal.transfer;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.postgres.PostgresSchema;
import dev.modelscan.storage.internal.query.JooqSettings;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.schema.DefaultSchema;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jooq.Field;
import org.jooq.ForeignKey;
import org.jooq.Index;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** A table that is copied, and how its rows are read and written. Rows are sorted by the key: text by its bytes. */
final class CopiedTable {

    /**
     * All tables of the library, each after those that it refers to; foreign keys are checked when all are
     * copied.
     */
    static final List<CopiedTable> LIBRARY = library();

    enum Kind {
        TEXT,
        NUMBER,
        REAL,
        BOOLEAN,
        TIME,
        JSON,
        BYTES
    }

    /**
     * A column.
     *
     * @param most the highest number that the target can hold; the lowest is one below its negative
     * @param sequence the target's sequence that makes its values; null if there is none
     */
    record Column(
            String name, Kind kind, long most, @Nullable String sequence) {

        Column(String name, Kind kind) {
            this(name, kind, Long.MAX_VALUE, null);
        }

        String quoted() {
            return PlainSql.quoted(name);
        }
    }

    private final Table<?> table;
    private final List<? extends Field<?>> fields;
    private final List<Column> columns;
    private final List<Integer> keyIndexes;
    private final boolean typed;

    private CopiedTable(
            Table<?> table,
            List<? extends Field<?>> fields,
            List<Column> columns,
            List<Integer> keyIndexes,
            boolean typed) {
        this.table = table;
        this.fields = fields;
        this.columns = columns;
        this.keyIndexes = keyIndexes;
        this.typed = typed;
    }

    private static List<CopiedTable> library() {
        Set<Table<?>> ordered = new LinkedHashSet<>();
        DefaultSchema.DEFAULT_SCHEMA.getTables().forEach(table -> addAfterItsTargets(table, ordered));
        return ordered.stream().map(CopiedTable::of).toList();
    }

    private static void addAfterItsTargets(Table<?> table, Set<Table<?>> ordered) {
        for (ForeignKey<?, ?> key : table.getReferences()) {
            Table<?> target = key.getKey().getTable();
            // Messages refer to their conversation, and it to its head: the conversation comes first.
            if (!target.equals(table) && !key.getFields().contains(CONVERSATIONS.HEAD_ID)) {
                addAfterItsTargets(target, ordered);
            }
        }
        ordered.add(table);
    }

    private static CopiedTable of(Table<?> table) {
        return new CopiedTable(
                table,
                List.of(table.fields()),
                table.fieldStream()
                        .map(field -> new Column(field.getName(), kind(field)))
                        .toList(),
                Objects.requireNonNull(table.getPrimaryKey()).getFields().stream()
                        .map(table::indexOf)
                        .toList(),
                true);
    }

    /**
     * A table of the application's.
     *
     * @param key the names of the key's columns
     * @param typed whether SQLite has checked that each value is of its column's type
     */
    static CopiedTable of(String name, List<Column> columns, List<String> key, boolean typed) {
        List<String> names = columns.stream().map(Column::name).toList();
        return new CopiedTable(
                DSL.table(DSL.name(name)),
                names.stream().map(column -> DSL.field(DSL.name(name, column))).toList(),
                columns,
                key.stream().map(names::indexOf).toList(),
                typed);
    }

    private static Kind kind(Field<?> field) {
        Class<?> type = field.getType();
        Class<?> stored = field.getConverter().fromType();
        if (type == Instant.class) {
            return Kind.TIME;
        }
        if (type == Json.class || type == List.class) {
            return Kind.JSON;
        }
        if (stored == Long.class || stored == Integer.class) {
            return Kind.NUMBER;
        }
        if (stored == String.class) {
            return Kind.TEXT;
        }
        if (stored == byte[].class) {
            return Kind.BYTES;
        }
        // A new type must not be copied by guesswork.
        throw new IllegalStateException("nothing says how " + field + " is copied");
    }

    Table<?> table() {
        return table;
    }

    String name() {
        return table.getName();
    }

    List<Column> columns() {
        return columns;
    }

    /** Whether SQLite has checked that each value is of its column's type. */
    boolean isTyped() {
        return typed;
    }

    /** The key's columns, in its order. */
    List<Column> key() {
        return keyIndexes.stream().map(columns::get).toList();
    }

    /** The positions of the key's columns among all columns, from 0. */
    List<Integer> keyIndexes() {
        return keyIndexes;
    }

    /** The key of the current row of a SQLite query for all columns. */
    List<String> key(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>();
        for (int index : keyIndexes) {
            values.add(String.valueOf(SqliteDialect.text(rows, index + 1)));
        }
        return values;
    }

    /** Which of two keys comes first, as both engines sort them: numbers by value, text by its bytes. */
    int order(List<String> left, List<String> right) {
        for (int i = 0; i < left.size(); i++) {
            boolean number = key().get(i).kind() == Kind.NUMBER;
            int order = number
                    ? Long.compare(Long.parseLong(left.get(i)), Long.parseLong(right.get(i)))
                    : Arrays.compareUnsigned(
                            left.get(i).getBytes(StandardCharsets.UTF_8),
                            right.get(i).getBytes(StandardCharsets.UTF_8));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    String select(SQLDialect dialect) {
        return render(dialect, DSL.select(fields).from(table).orderBy(sortedBy()));
    }

    /** The rows after a key, whose values are the parameters. */
    String selectAfter(SQLDialect dialect) {
        List<Field<?>> parameters = new ArrayList<>();
        key().forEach(column -> parameters.add(DSL.param(column.name(), String.class)));
        return render(
                dialect,
                DSL.select(fields)
                        .from(table)
                        .where(DSL.row(sortedBy()).gt(DSL.row(parameters)))
                        .orderBy(sortedBy()));
    }

    /** A column of the application's may have another collation. */
    private List<Field<?>> sortedBy() {
        return IntStream.range(0, keyIndexes.size())
                .<Field<?>>mapToObj(i -> key().get(i).kind() == Kind.TEXT
                        ? fields.get(keyIndexes.get(i)).collate("BINARY")
                        : fields.get(keyIndexes.get(i)))
                .toList();
    }

    String count() {
        return render(SQLDialect.SQLITE, DSL.selectCount().from(table));
    }

    /** The key of the row with a SQLite rowid, which jOOQ cannot express. */
    String selectKeyByRowId() {
        List<Field<?>> key = new ArrayList<>();
        keyIndexes.forEach(index -> key.add(fields.get(index)));
        return render(SQLDialect.SQLITE, DSL.select(key).from(table).where(DSL.condition("rowid = ?", 0L)));
    }

    /** jOOQ cannot express COPY. */
    String copyCommand(PostgresSchema schema) {
        return "COPY " + schema.quoted() + '.' + PlainSql.quoted(name()) + " (" + columnList() + ") FROM STDIN";
    }

    /**
     * An insert of one row, whose values are the parameters: text that the server converts to the column's
     * types.
     */
    String insertCommand(PostgresSchema schema) {
        return "INSERT INTO " + schema.quoted() + '.' + PlainSql.quoted(name()) + " (" + columnList()
                + ") OVERRIDING SYSTEM VALUE VALUES (" + String.join(", ", Collections.nCopies(columns.size(), "?"))
                + ")";
    }

    private String columnList() {
        return String.join(", ", columns.stream().map(Column::quoted).toList());
    }

    /** The names of the indexes that are deferred; the keys' indexes are not among them, nor the application's. */
    List<String> indexNames() {
        return table.getIndexes().stream().map(Index::getName).toList();
    }

    private static String render(SQLDialect dialect, Query query) {
        return DSL.using(dialect, JooqSettings.create().withRenderQuotedNames(RenderQuotedNames.ALWAYS))
                .render(query);
    }
}
