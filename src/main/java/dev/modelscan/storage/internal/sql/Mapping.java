package dev.modelscan.storage.internal.sql;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.RowMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * How one kind of record lies in its table, and the queries that every kind has.
 *
 * @param <I> the key
 * @param <R> the record
 */
final class Mapping<I extends Id, R> {

    static final Parameter<Integer> LIMIT = Parameter.of("limit", Integer.class);
    static final Parameter<Integer> OFFSET = Parameter.of("offset", Integer.class);

    /** A column that refers to another table, and the query that tells whether its target exists. */
    record Reference<R, T>(String name, String target, Column<R, T> column, CompiledQuery<Long> exists) {}

    final String entity;
    final Table<?> table;
    final Columns<R> columns;
    final RowMapper<R> mapper;
    final Column<R, I> id;
    final Column<R, Long> version;
    final Column<R, Instant> createdAt;
    final Column<R, Instant> updatedAt;
    final List<Reference<R, ?>> references = new ArrayList<>();

    /** What {@code update} leaves alone, with the methods that change it. */
    final Map<Column<R, ?>, String> fixed = new LinkedHashMap<>();

    final CompiledQuery<Void> insert;
    final CompiledQuery<R> byId;
    final CompiledQuery<Void> delete;
    final CompiledQuery<R> update;
    private String keptBy = "other records";
    private @Nullable CompiledQuery<R> list;
    private @Nullable PagedQuery<R> page;

    Mapping(
            String entity,
            Table<?> table,
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
        insert = CompiledQuery.command(
                () -> DSL.insertInto(table, columns.fields()).values(columns.params()));
        byId = select(() -> id.field().eq(id.parameter().param()));
        delete = CompiledQuery.command(
                () -> DSL.deleteFrom(table).where(id.field().eq(id.parameter().param())));
        update = CompiledQuery.rows(mapper, this::updateExpression);
    }

    /** Declares a column that refers to another table. */
    <T> Mapping<I, R> references(String name, String target, Column<R, T> column, TableField<?, T> key) {
        CompiledQuery<Long> exists = CompiledQuery.rows(row -> row.number(1), () -> DSL.select(DSL.inline(1))
                .from(key.getTable())
                .where(key.eq(column.parameter().param())));
        references.add(new Reference<>(name, target, column, exists));
        return this;
    }

    /** Declares which records stand in the way of a delete. */
    Mapping<I, R> keptBy(String records) {
        this.keptBy = records;
        return this;
    }

    String keptBy() {
        return keptBy;
    }

    /** Declares a column that {@code update} leaves alone. */
    Mapping<I, R> fixed(Column<R, ?> column, String instead) {
        fixed.put(column, instead);
        return this;
    }

    /** Declares the order of lists of all records; each key ascending. */
    @SafeVarargs
    final Mapping<I, R> listedBy(Column<R, ?>... keys) {
        List<Field<?>> order = new ArrayList<>();
        List<PagedQuery.Key<R>> pageOrder = new ArrayList<>();
        for (Column<R, ?> key : keys) {
            order.add(key.field());
            pageOrder.add(PagedQuery.ascending(key));
        }
        list = CompiledQuery.rows(mapper, () -> DSL.select(columns.fields())
                .from(table)
                .orderBy(order)
                .limit(LIMIT.param())
                .offset(OFFSET.param()));
        page = new PagedQuery<>(table.getName(), this, DSL::noCondition, pageOrder);
        return this;
    }

    CompiledQuery<R> list() {
        return Objects.requireNonNull(list, "listedBy was not called");
    }

    PagedQuery<R> page() {
        return Objects.requireNonNull(page, "listedBy was not called");
    }

    /** All columns of the rows that meet a condition. */
    CompiledQuery<R> select(Supplier<Condition> condition) {
        return CompiledQuery.rows(
                mapper, () -> DSL.select(columns.fields()).from(table).where(condition.get()));
    }

    /**
     * An update of one row that raises its version, so that the table's trigger has nothing to do, and returns the row.
     *
     * @param changes the columns to set beside version and updated_at
     * @param condition what the row must meet beside its id
     */
    CompiledQuery<R> updateOf(Map<Field<?>, Field<?>> changes, Condition condition) {
        return CompiledQuery.rows(mapper, () -> {
            Map<Field<?>, Field<?>> all = new LinkedHashMap<>(changes);
            all.put(version.field(), version.field().plus(DSL.inline(1L)));
            all.put(updatedAt.field(), updatedAt.parameter().param());
            return DSL.update(table)
                    .set(all)
                    .where(id.field().eq(id.parameter().param()))
                    .and(condition)
                    .returning(columns.fields());
        });
    }

    private Query updateExpression() {
        Map<Field<?>, Field<?>> changes = new LinkedHashMap<>();
        for (Column<R, ?> column : columns.all()) {
            boolean kept = column == id || column == version || column == updatedAt || fixed.containsKey(column);
            if (!kept) {
                changes.put(column.field(), column.parameter().param());
            }
        }
        changes.put(version.field(), version.field().plus(DSL.inline(1L)));
        changes.put(updatedAt.field(), updatedAt.parameter().param());
        Condition unchanged = DSL.noCondition();
        for (Column<R, ?> column : fixed.keySet()) {
            unchanged = unchanged.and(same(column));
        }
        return DSL.update(table)
                .set(changes)
                .where(id.field().eq(id.parameter().param()))
                .and(version.field().eq(version.parameter().param()))
                .and(unchanged)
                .returning(columns.fields());
    }

    private static <T> Condition same(Column<?, T> column) {
        return column.field().isNotDistinctFrom(column.parameter().param());
    }
}
