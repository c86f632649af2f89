package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Cursors;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.internal.query.RowMapper;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.impl.DSL;

/**
 * A list that is read page by page. Each page begins after the last row of the page before (keyset
 * pagination), so an index on the filter and the order finds it directly, at any position.
 *
 * <p>If all keys have the same direction, one comparison of rows finds the next page. If the first key has
 * the other direction, no single range of the index holds the page. Then it is two ranges: the other rows
 * with the same first key, then the rows after that key.
 *
 * @param <R> the record
 */
public final class PagedQuery<R> {

    /** A column of the order. */
    public record Key<R>(Column<R, ?> column, boolean descending) {

        SortField<?> sort() {
            return descending ? column.field().desc() : column.field().asc();
        }
    }

    /** Binds the values of a list's filter. */
    @FunctionalInterface
    public interface Filter {

        /** For lists without a filter. */
        Filter NONE = execution -> {};

        /** Sets the filter's parameters. */
        void bind(Execution<?> execution) throws SQLException;
    }

    /** A range of the list after a cursor, and the keys whose values bound it. */
    private record Range<R>(CompiledQuery<R> query, List<Key<R>> bounds) {}

    private final String name;
    private final String key;
    private final List<Key<R>> order;
    private final CompiledQuery<R> start;
    private final List<Range<R>> behind;

    /**
     * @param name the name of the list in cursors, and the key of its queries
     */
    public PagedQuery(String name, Mapping<?, R> mapping, Supplier<Condition> filter, List<Key<R>> order) {
        this(name, new Rows<>(mapping.table, mapping.columns, mapping.mapper), filter, order);
    }

    List<Key<R>> order() {
        return order;
    }

    /**
     * @param name the name of the list in cursors, and the key of its queries
     */
    public PagedQuery(String name, Rows<R> rows, Supplier<Condition> filter, List<Key<R>> order) {
        this(name, name, rows, filter, order);
    }

    /**
     * @param name the name of the list in cursors
     * @param key the key of its queries, if several queries give the same list
     */
    PagedQuery(String name, String key, Rows<R> rows, Supplier<Condition> filter, List<Key<R>> order) {
        this.name = name;
        this.key = key;
        this.order = order;
        this.start = compile("", rows, filter, PagedQuery::noCondition);
        this.behind = ranges(rows, filter);
    }

    /**
     * For lists of all rows. A reference to the method of {@link DSL} would load jOOQ as soon as the list is defined.
     */
    public static Condition noCondition() {
        return DSL.noCondition();
    }

    /** What is read of each row. */
    public record Rows<R>(Supplier<? extends Table<?>> table, Columns<R> columns, RowMapper<R> mapper) {}

    static <R> Key<R> ascending(Column<R, ?> column) {
        return new Key<>(column, false);
    }

    public static <R> Key<R> descending(Column<R, ?> column) {
        return new Key<>(column, true);
    }

    private List<Range<R>> ranges(Rows<R> rows, Supplier<Condition> filter) {
        boolean uniform =
                order.stream().allMatch(key -> key.descending() == order.get(0).descending());
        if (uniform) {
            return List.of(new Range<>(compile(".behind", rows, filter, () -> beyond(order)), order));
        }
        List<Key<R>> lead = order.subList(0, 1);
        List<Key<R>> rest = order.subList(1, order.size());
        if (rest.stream().anyMatch(key -> key.descending() != rest.get(0).descending())) {
            throw new IllegalArgumentException("only the first key may go the other way");
        }
        return List.of(
                new Range<>(
                        compile(".within", rows, filter, () -> lead.get(0)
                                .column()
                                .isParameter()
                                .and(beyond(rest))),
                        order),
                new Range<>(compile(".beyond", rows, filter, () -> beyond(lead)), lead));
    }

    private CompiledQuery<R> compile(
            String part, Rows<R> rows, Supplier<Condition> filter, Supplier<Condition> position) {
        return CompiledQuery.rows(
                key + part, rows.mapper(), () -> DSL.select(rows.columns().fields())
                        .from(rows.table().get())
                        .where(filter.get())
                        .and(position.get())
                        .orderBy(order.stream().map(Key::sort).toList())
                        .limit(Mapping.LIMIT.param()));
    }

    private static <R> Condition beyond(List<Key<R>> keys) {
        List<Field<?>> fields = new ArrayList<>();
        List<Field<?>> values = new ArrayList<>();
        for (Key<R> key : keys) {
            fields.add(key.column().field());
            values.add(key.column().parameter().param());
        }
        return keys.get(0).descending()
                ? DSL.row(fields).lessThan(DSL.row(values))
                : DSL.row(fields).greaterThan(DSL.row(values));
    }

    /** Reads one page with one statement, or two after a cursor if the first key has the other direction. */
    public Page<R> fetch(Session session, PageRequest request, Filter filter) throws SQLException {
        List<R> items = new ArrayList<>();
        boolean more = read(session, request, filter, items);
        return new Page<>(items, more ? Optional.of(next(request, items)) : Optional.empty());
    }

    /** Like {@link #fetch}, with the rows of the page in the opposite order. */
    Page<R> fetchReversed(Session session, PageRequest request, Filter filter) throws SQLException {
        Page<R> page = fetch(session, request, filter);
        List<R> items = new ArrayList<>(page.items());
        Collections.reverse(items);
        return new Page<>(items, page.next());
    }

    /** The last rows of a list in descending order, returned in ascending order. */
    List<R> last(Session session, int count, Filter filter) throws SQLException {
        Execution<R> execution = session.query(start).set(Mapping.LIMIT, count);
        filter.bind(execution);
        List<R> items = execution.list();
        Collections.reverse(items);
        return items;
    }

    /**
     * Reads the rows of a page. Asks for one more row, without reading its columns: it tells whether another
     * page follows.
     */
    private boolean read(Session session, PageRequest request, Filter filter, List<R> rows) throws SQLException {
        int most = request.limit();
        Cursor cursor = request.after();
        if (cursor == null) {
            Execution<R> execution = session.query(start).set(Mapping.LIMIT, most + 1);
            filter.bind(execution);
            return execution.addTo(rows, most);
        }
        List<String> position = Cursors.decode(name, order.size(), cursor);
        for (Range<R> range : behind) {
            Execution<R> execution = session.query(range.query()).set(Mapping.LIMIT, most + 1 - rows.size());
            filter.bind(execution);
            for (int i = 0; i < range.bounds().size(); i++) {
                Cursors.bind(execution, range.bounds().get(i).column().parameter(), position.get(i));
            }
            List<R> found = new ArrayList<>();
            boolean more = execution.addTo(found, most - rows.size());
            if (!rows.isEmpty()) {
                // A row whose first key was changed since is in both ranges.
                Set<Object> known = rows.stream().map(this::unique).collect(Collectors.toSet());
                found.removeIf(row -> known.contains(unique(row)));
            }
            rows.addAll(found);
            if (more) {
                return true;
            }
        }
        return false;
    }

    /** The last key, which no two rows of a list have. */
    private Object unique(R row) {
        return Objects.requireNonNull(order.get(order.size() - 1).column().get(row));
    }

    private PageRequest next(PageRequest request, List<R> items) {
        R last = items.get(items.size() - 1);
        List<String> position =
                order.stream().map(key -> key.column().encode(last)).toList();
        return PageRequest.after(Cursors.encode(name, position), request.limit());
    }
}
