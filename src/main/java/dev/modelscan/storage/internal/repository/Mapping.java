package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.RowMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.InsertValuesStepN;
import org.jooq.Query;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one kind of record, and the queries that every kind has.
 *
 * @param <I> the key
 * @param <R> the record
 */
public final class Mapping<I extends Id, R> {

    public static final Parameter<Integer> LIMIT = Parameter.of("limit", Codec.INTEGER, Integer.class);
    static final Parameter<Integer> OFFSET = Parameter.of("offset", Codec.INTEGER, Integer.class);

    /** A column that refers to another table, and the query whether a record exists there. */
    record Reference<R, T>(String target, Column<R, T> column, CompiledQuery<Integer> exists) {}

    final String entity;
    final Supplier<Table<?>> table;
    public final Columns<R> columns;
    public final RowMapper<R> mapper;
    final Column<R, I> id;
    final Column<R, Long> version;
    final Column<R, Instant> createdAt;
    final Column<R, Instant> updatedAt;
    final List<Reference<R, ?>> references = new ArrayList<>();
    private final List<Unique<R>> uniques = new ArrayList<>();

    /** The columns that {@code update} does not change, and what to use instead. */
    final Map<Column<R, ?>, String> fixed = new LinkedHashMap<>();

    /** How many rows {@link #insertRows} takes. */
    static final int ROWS = 16;

    public final CompiledQuery<Void> insert;
    final CompiledQuery<Void> insertRows;
    public final CompiledQuery<R> byId;
    public final CompiledQuery<Void> delete;
    final CompiledQuery<R> update;
    private String keptBy = "other records";
    private @Nullable CompiledQuery<R> list;
    private @Nullable PagedQuery<R> page;

    Mapping(
            String entity,
            Supplier<Table<?>> table,
            Columns<R> columns,
            RowMapper<R> mapper,
            Column<R, I> id,
            Column<R, Long> version,
            Column<R, Instant> createdAt,
            Column<R, Instant> updatedAt) {
        this.entity = entity;
        this.table = table;
        this.columns = columns;
        this.mapper = mapper;
        this.id = id;
        this.version = version;
        this.createdAt = createdAt;
        this.updatedAt = updatedAt;
        fixed.put(createdAt, "it is set when the record is made");
        insert = CompiledQuery.command(entity + ".insert", () -> DSL.insertInto(table.get(), columns.fields())
                .values(columns.params()));
        insertRows = CompiledQuery.command(entity + ".insertRows", () -> {
            InsertValuesStepN<?> rows = DSL.insertInto(table.get(), columns.fields());
            for (int i = 0; i < ROWS; i++) {
                rows = rows.values(columns.params());
            }
            return rows;
        });
        byId = select(entity + ".byId", id::isParameter);
        delete = CompiledQuery.command(
                entity + ".delete", () -> DSL.deleteFrom(table.get()).where(id.isParameter()));
        update = CompiledQuery.rows(
                entity + ".update", mapper, () -> updateExpression(fixed.keySet(), DSL.noCondition()));
    }

    /** Declares a column that refers to another table. */
    <T> Mapping<I, R> references(String target, Column<R, T> column, Supplier<? extends TableField<?, T>> key) {
        CompiledQuery<Integer> exists = CompiledQuery.rows(
                entity + ".exists." + column.name(), row -> row.get(Codec.INTEGER, 1), () -> DSL.select(DSL.inline(1))
                        .from(key.get().getTable())
                        .where(key.get().eq(column.parameter().param())));
        references.add(new Reference<>(target, column, exists));
        return this;
    }

    /**
     * A unique column besides the key: the query for the record with a value of it, the one that overwrites that
     * record, and the insert that does nothing if the value, or the key, is taken.
     */
    record Unique<R>(
            Column<R, String> column,
            CompiledQuery<R> byValue,
            CompiledQuery<R> updateByValue,
            CompiledQuery<Void> insertIfFree) {}

    /** Declares a unique column besides the key. */
    Mapping<I, R> unique(Column<R, String> column) {
        CompiledQuery<R> overwrite =
                CompiledQuery.rows(entity + ".overwrite." + column.name(), mapper, () -> DSL.update(table.get())
                        .set(withVersion(changes(fixed.keySet())))
                        .where(column.isParameter())
                        .returning(columns.fields()));
        CompiledQuery<Void> insertIfFree = CompiledQuery.command(
                entity + ".insertIfFree." + column.name(), () -> DSL.insertInto(table.get(), columns.fields())
                        .values(columns.params())
                        .onConflictDoNothing());
        uniques.add(new Unique<>(
                column, select(entity + ".holder." + column.name(), column::isParameter), overwrite, insertIfFree));
        return this;
    }

    /** The unique column of that name; null if there is none. */
    @Nullable
    Unique<R> unique(@Nullable String name) {
        return uniques.stream()
                .filter(unique -> unique.column().name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The column that names a record. */
    Unique<R> naturalKey() {
        return uniques.get(0);
    }

    /** Declares which records prevent a delete. */
    Mapping<I, R> keptBy(String records) {
        this.keptBy = records;
        return this;
    }

    String keptBy() {
        return keptBy;
    }

    /**
     * The records in the order in which every batch inserts them. A batch waits for another one that has
     * inserted the same unique value. With different orders, two batches could wait for each other.
     */
    List<R> inLockOrder(List<R> records) {
        Comparator<R> byId = Comparator.comparing(
                record -> Objects.requireNonNull(id.get(record)).value());
        Comparator<R> order = byId;
        for (Unique<R> unique : uniques) {
            order = Comparator.<R, String>comparing(
                            record -> Objects.requireNonNull(unique.column().get(record)))
                    .thenComparing(order);
        }
        List<R> sorted = new ArrayList<>(records);
        sorted.sort(order);
        return sorted;
    }

    /** Declares a column that {@code update} does not change. */
    Mapping<I, R> fixed(Column<R, ?> column, String instead) {
        fixed.put(column, instead);
        return this;
    }

    /** Declares the order of the list of all records, both keys ascending. */
    Mapping<I, R> listedBy(Column<R, ?> first, Column<R, ?> second) {
        List<PagedQuery.Key<R>> order = List.of(PagedQuery.ascending(first), PagedQuery.ascending(second));
        list = CompiledQuery.rows(entity + ".list", mapper, () -> DSL.select(columns.fields())
                .from(table.get())
                .orderBy(order.stream().map(PagedQuery.Key::sort).toList())
                .limit(LIMIT.param())
                .offset(OFFSET.param()));
        page = new PagedQuery<>(entity + ".page", this, PagedQuery::noCondition, order);
        return this;
    }

    CompiledQuery<R> list() {
        return Objects.requireNonNull(list, "listedBy was not called");
    }

    PagedQuery<R> page() {
        return Objects.requireNonNull(page, "listedBy was not called");
    }

    /** All columns of the rows that meet a condition. */
    CompiledQuery<R> select(String key, Supplier<Condition> condition) {
        return CompiledQuery.rows(key, mapper, () -> DSL.select(columns.fields())
                .from(table.get())
                .where(condition.get()));
    }

    /**
     * An update of one row that returns the row. It increases the version, so that the trigger of the table
     * does nothing.
     *
     * @param changes the columns to set, besides version and updated_at
     * @param condition the condition on the row, besides its id
     */
    CompiledQuery<R> updateOf(String key, Supplier<Map<Field<?>, Field<?>>> changes, Supplier<Condition> condition) {
        return CompiledQuery.rows(key, mapper, () -> DSL.update(table.get())
                .set(withVersion(changes.get()))
                .where(id.isParameter())
                .and(condition.get())
                .returning(columns.fields()));
    }

    private Map<Field<?>, Field<?>> withVersion(Map<Field<?>, Field<?>> changes) {
        Map<Field<?>, Field<?>> all = new LinkedHashMap<>(changes);
        all.put(version.field(), version.field().plus(DSL.inline(1L)));
        all.put(
                updatedAt.field(),
                notBefore(createdAt.field(), updatedAt.parameter().param()));
        return all;
    }

    /** The later of both, so that no record ends before it begins when the clock steps back. */
    static Field<Instant> notBefore(Field<Instant> column, Field<Instant> time) {
        return DSL.when(column.gt(time), column).otherwise(time);
    }

    /** An update of a whole record but for some columns, if the row meets a condition. */
    CompiledQuery<R> updateBut(String key, Set<Column<R, ?>> kept, Supplier<Condition> condition) {
        return CompiledQuery.rows(key, mapper, () -> updateExpression(kept, condition.get()));
    }

    private Query updateExpression(Set<Column<R, ?>> fixed, Condition condition) {
        Condition unchanged = DSL.noCondition();
        for (Column<R, ?> column : fixed) {
            unchanged = unchanged.and(same(column));
        }
        return DSL.update(table.get())
                .set(withVersion(changes(fixed)))
                .where(id.isParameter())
                .and(version.isParameter())
                .and(unchanged)
                .and(condition)
                .returning(columns.fields());
    }

    private Map<Field<?>, Field<?>> changes(Set<Column<R, ?>> fixed) {
        Map<Field<?>, Field<?>> changes = new LinkedHashMap<>();
        for (Column<R, ?> column : columns.all()) {
            boolean kept = column == id || column == version || column == updatedAt || fixed.contains(column);
            if (!kept) {
                changes.put(column.field(), column.parameter().param());
            }
        }
        return changes;
    }

    private static <T> Condition same(Column<?, T> column) {
        return column.field().isNotDistinctFrom(column.parameter().param());
    }
}
