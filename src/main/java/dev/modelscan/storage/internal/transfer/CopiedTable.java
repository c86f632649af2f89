package dev.modelscan.storage.internal.transfer;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.SCORES;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.postgres.PostgresSchema;
import dev.modelscan.storage.internal.query.JooqSettings;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.Index;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** A generated table, and how its rows are read and written. Rows are sorted by the key: text by its bytes. */
final class CopiedTable {

    /**
     * All tables of the schema, each after those that it refers to; foreign keys are checked when all are copied.
     */
    static final List<CopiedTable> ALL = Stream.of(
                    AGENTS,
                    TEAMS,
                    TEAM_MEMBERS,
                    SOURCES,
                    WORKFLOWS,
                    CONVERSATIONS,
                    TASKS,
                    MESSAGES,
                    MESSAGE_ORIGINS,
                    TOOL_EXECUTIONS,
                    MODEL_CALLS,
                    SCORES,
                    BLOBS,
                    BLOB_CHUNKS,
                    MESSAGE_PARTS,
                    COMPACTIONS)
            .map(CopiedTable::new)
            .toList();

    enum Kind {
        TEXT,
        NUMBER,
        TIME,
        JSON,
        BYTES
    }

    record Column(String name, Kind kind) {}

    private final Table<?> table;
    private final List<Column> columns;
    private final List<? extends Field<?>> key;

    private CopiedTable(Table<?> table) {
        this.table = table;
        this.columns = table.fieldStream()
                .map(field -> new Column(field.getName(), kind(field)))
                .toList();
        this.key = Objects.requireNonNull(table.getPrimaryKey()).getFields();
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

    List<String> keyNames() {
        return key.stream().map(Field::getName).toList();
    }

    /** The positions of the key's columns among all columns, from 0. */
    List<Integer> keyIndexes() {
        return key.stream().map(table::indexOf).toList();
    }

    /** The key of the current row of a SQLite query for all columns. */
    List<String> key(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>();
        for (Field<?> field : key) {
            values.add(String.valueOf(SqliteDialect.text(rows, table.indexOf(field) + 1)));
        }
        return values;
    }

    /** Which of two keys comes first, as both engines sort them: numbers by value, text by its bytes. */
    int order(List<String> left, List<String> right) {
        for (int i = 0; i < left.size(); i++) {
            boolean number = columns.get(table.indexOf(key.get(i))).kind() == Kind.NUMBER;
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
        return render(dialect, DSL.select(table.fields()).from(table).orderBy(key));
    }

    /** The rows after a key, whose values are the parameters. */
    String selectAfter(SQLDialect dialect) {
        List<Field<?>> parameters = new ArrayList<>();
        key.forEach(field -> parameters.add(DSL.param(field.getName(), String.class)));
        return render(
                dialect,
                DSL.select(table.fields())
                        .from(table)
                        .where(DSL.row(key).gt(DSL.row(parameters)))
                        .orderBy(key));
    }

    String count() {
        return render(SQLDialect.SQLITE, DSL.selectCount().from(table));
    }

    String count(PostgresSchema schema) {
        return render(schema, DSL.selectCount().from(table));
    }

    /** One row, if there is any. */
    String any(PostgresSchema schema) {
        return render(schema, DSL.selectOne().from(table).limit(DSL.inline(1)));
    }

    /** The key of the row with a SQLite rowid, which jOOQ cannot express. */
    String selectKeyByRowId() {
        return render(SQLDialect.SQLITE, DSL.select(key).from(table).where(DSL.condition("rowid = ?", 0L)));
    }

    /** jOOQ cannot express COPY. */
    String copyCommand(PostgresSchema schema) {
        return "COPY " + schema.quoted() + '.' + name() + " ("
                + String.join(", ", columns.stream().map(Column::name).toList()) + ") FROM STDIN";
    }

    /**
     * An insert of one row, whose values are the parameters: text that the server converts to the column's
     * types.
     */
    String insertCommand(PostgresSchema schema) {
        return "INSERT INTO " + schema.quoted() + '.' + name() + " ("
                + String.join(", ", columns.stream().map(Column::name).toList()) + ") VALUES ("
                + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
    }

    /** The names of the indexes that are deferred; the keys' indexes are not among them. */
    List<String> indexNames() {
        return table.getIndexes().stream().map(Index::getName).toList();
    }

    private static String render(PostgresSchema schema, Query query) {
        return DSL.using(SQLDialect.POSTGRES, JooqSettings.in(schema.quoted())).render(query);
    }

    private static String render(SQLDialect dialect, Query query) {
        return DSL.using(dialect, JooqSettings.create()).render(query);
    }
}
