package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.queries.MappedTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.TableRecord;
import org.jooq.UniqueKey;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The stored queries of a caller's table.
 *
 * @param <K> the key
 * @param <X> jOOQ's record of the table
 * @param <R> what a row is in Java
 */
public final class CallersTable<K, X extends TableRecord<X>, R> implements MappedTable<K, R> {

    private final String entity;
    private final Table<X> table;
    private final TableField<X, K> key;
    private final @Nullable TableField<X, Long> version;
    private final Function<X, R> read;
    private final Function<R, X> write;
    private final List<Value<?>> values = new ArrayList<>();
    private final Parameter<K> keyParameter;

    final CallersQuery<R> byKey;
    final CallersQuery<R> page;
    final CallersQuery<R> insert;
    final CallersQuery<R> update;
    final CallersCommand delete;

    /** A column, and the parameter for its value. */
    private record Value<T>(Field<T> field, Parameter<T> parameter) {

        static <T> Value<T> of(Field<T> field) {
            return new Value<>(field, Parameter.of(field.getName(), Codec.of(field), () -> field));
        }

        void give(Record row, GivenValues values) {
            values.set(parameter, row.get(field));
        }
    }

    /**
     * A table with a key of one column.
     *
     * @param version null if rows have none
     */
    public CallersTable(
            String entity,
            TableField<X, K> key,
            @Nullable TableField<X, Long> version,
            Function<X, R> read,
            Function<R, X> write) {
        this.entity = entity;
        this.table = Objects.requireNonNull(key.getTable(), "key");
        this.key = key;
        this.version = version;
        this.read = read;
        this.write = write;
        if (!isPrimaryKey()) {
            throw new IllegalArgumentException(key.getName() + " is not the primary key of " + table.getName()
                    + "; use stored queries for a table whose key has several columns, or none");
        }
        if (version != null && !table.equals(version.getTable())) {
            throw new IllegalArgumentException(
                    "version " + version.getQualifiedName() + " is no column of " + table.getName());
        }
        this.keyParameter = Parameter.of(key.getName(), Codec.of(key), () -> key);
        for (Field<?> field : table.fields()) {
            values.add(Value.of(field));
        }
        byKey = new CallersQuery<>(() -> DSL.select(table.fields()).from(table).where(isKey()), this::row);
        page = new CallersQuery<>(() -> DSL.select(table.fields()).from(table).orderBy(key), this::row);
        insert = new CallersQuery<>(this::insertExpression, this::row);
        update = new CallersQuery<>(this::updateExpression, this::row);
        delete = new CallersCommand(() -> DSL.deleteFrom(table).where(isKey()));
    }

    /** By its name, because the keys of a table with another name have the columns of the first. */
    private boolean isPrimaryKey() {
        UniqueKey<X> primary = table.getPrimaryKey();
        return primary != null
                && primary.getFields().size() == 1
                && primary.getFields().get(0).getName().equals(key.getName());
    }

    private Condition isKey() {
        return key.eq(keyParameter.param());
    }

    private ResultQuery<?> insertExpression() {
        List<Field<?>> params = new ArrayList<>();
        values.forEach(value -> params.add(value.parameter().param()));
        return DSL.insertInto(table, table.fields()).values(params).returning(table.fields());
    }

    private ResultQuery<?> updateExpression() {
        Map<Field<?>, Field<?>> changes = new LinkedHashMap<>();
        Condition current = isKey();
        for (Value<?> value : values) {
            if (version != null && value.field().equals(version)) {
                changes.put(version, version.plus(DSL.inline(1L)));
                current = current.and(version.eq(parameterOf(version).param()));
            } else if (!value.field().equals(key)) {
                changes.put(value.field(), value.parameter().param());
            }
        }
        return DSL.update(table).set(changes).where(current).returning(table.fields());
    }

    @SuppressWarnings("unchecked") // A parameter has the type of its column.
    private <T> Parameter<T> parameterOf(Field<T> field) {
        return (Parameter<T>) values.stream()
                .filter(value -> value.field().equals(field))
                .findFirst()
                .orElseThrow()
                .parameter();
    }

    @Override
    public String entity() {
        return entity;
    }

    private R row(@Nullable Object[] stored) {
        X row = table.newRecord();
        row.fromArray(stored);
        return read.apply(row);
    }

    /** The columns of a new row. */
    X newRow(R given) {
        X row = table.newRecord();
        row.fromArray(changed(given).intoArray());
        if (version != null) {
            row.set(version, 1L);
        }
        return row;
    }

    /** The row that an update stores: the given one with its next version. */
    X next(X given) {
        X row = table.newRecord();
        row.fromArray(given.intoArray());
        if (version != null && given.get(version) != null) {
            row.set(version, given.get(version) + 1);
        }
        return row;
    }

    /** The values of a row if the application can read it, and null if it cannot. The stored one may differ. */
    @Nullable
    Object @Nullable [] read(X row) {
        @Nullable Object[] values = row.intoArray();
        for (int i = 0; i < values.length; i++) {
            // As it is stored. Else every row with a time of now would differ from it.
            values[i] = values[i] instanceof Instant time ? time.truncatedTo(ChronoUnit.MICROS) : values[i];
        }
        try {
            insert.map(values);
            return values;
        } catch (RuntimeException e) {
            return null;
        }
    }

    /** The columns of a row that is to be written. */
    X changed(R given) {
        X row = Objects.requireNonNull(write.apply(Objects.requireNonNull(given, "row")), "row");
        Objects.requireNonNull(row.get(key), "key");
        return row;
    }

    K keyOf(X row) {
        return row.get(key);
    }

    @Nullable
    Long versionOf(X row) {
        return version == null ? null : row.get(version);
    }

    /** The key as messages show it. */
    String name(K value) {
        return String.valueOf(keyParameter.codec().encode(Objects.requireNonNull(value, "key")));
    }

    /** The version of a row that was read. */
    @Nullable
    Long storedVersion(@Nullable Object[] stored) {
        return version == null ? null : (Long) stored[table.indexOf(version)];
    }

    GivenValues key(K value) {
        GivenValues given = new GivenValues(entity);
        given.set(keyParameter, value);
        return given;
    }

    GivenValues all(X row) {
        GivenValues given = new GivenValues(entity);
        values.forEach(value -> value.give(row, given));
        return given;
    }
}
