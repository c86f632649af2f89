package dev.modelscan.storage.internal.query;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Field;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a record, written down once: the select list, the binders of an insert and the mapper's positions all come
 * from here, so none can fall out of step with the others.
 *
 * @param <R> the record
 */
public final class Columns<R> {

    private final List<Column<R, ?>> columns = new ArrayList<>();
    private final String owner;
    private final int before;

    /** Columns from the start of a select list; {@code owner} tells their parameters from those of other records. */
    public Columns(String owner) {
        this(owner, 0);
    }

    /** Columns that stand behind {@code before} others in a select list. */
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

    /** How many places of a select list are taken up to the end of these columns. */
    public int end() {
        return before + columns.size();
    }

    /** The columns, in order. */
    public List<Column<R, ?>> all() {
        return Collections.unmodifiableList(columns);
    }

    /** The generated fields, in order. */
    public List<Field<?>> fields() {
        List<Field<?>> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(column.field()));
        return fields;
    }

    /** The places for the values, in order. */
    public List<Field<?>> params() {
        List<Field<?>> params = new ArrayList<>();
        columns.forEach(column -> params.add(column.parameter().param()));
        return params;
    }
}
