package dev.modelscan.storage.internal.query;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a record, written down once. The select list, the parameters of an insert and the mapper's
 * positions all come from here, so they cannot differ.
 *
 * @param <R> the record
 */
public final class Columns<R> {

    private final List<Column<R, ?>> columns = new ArrayList<>();
    private final List<Column<R, ?>> all = Collections.unmodifiableList(columns);
    private final String owner;
    private final int before;

    /**
     * Columns from the start of a select list. The parameters' names start with {@code owner}, so that
     * records do not share them.
     */
    public Columns(String owner) {
        this(owner, 0);
    }

    /** Columns that follow {@code before} others in a select list. */
    public Columns(String owner, int before) {
        this.owner = owner;
        this.before = before;
    }

    /** Adds the next column; the name is that of the Java API. */
    public <T> Column<R, T> add(
            String name, Codec<T> codec, Supplier<? extends TableField<?, T>> field, Function<R, @Nullable T> getter) {
        Column<R, T> column = new Column<>(owner, name, codec, field, getter, before + columns.size() + 1);
        columns.add(column);
        return column;
    }

    /**
     * The same columns but one. Those behind it are one position to the left of where they were declared.
     */
    public Columns<R> without(Column<R, ?> left) {
        Columns<R> others = new Columns<>(owner, before);
        columns.stream().filter(column -> column != left).forEach(others.columns::add);
        return others;
    }

    /** What messages call the record. */
    public String owner() {
        return owner;
    }

    /** The table of the first column. */
    public Table<?> table() {
        return Objects.requireNonNull(columns.get(0).field().getTable());
    }

    /** How many positions of a select list are used, up to the last of these columns. */
    public int end() {
        return before + columns.size();
    }

    /** The same list at each call. */
    public List<Column<R, ?>> all() {
        return all;
    }

    public List<Field<?>> fields() {
        List<Field<?>> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(column.field()));
        return fields;
    }

    /** The parameters for the values, in order. */
    public List<Field<?>> params() {
        List<Field<?>> params = new ArrayList<>();
        columns.forEach(column -> params.add(column.parameter().param()));
        return params;
    }
}
