package dev.modelscan.storage.internal.query;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;

/**
 * A jOOQ expression over generated columns that is rendered once per engine: by the build, which packages the
 * SQL with the classes, or else at first use. {@link Session#query} executes it through a prepared statement
 * cached per connection, and binds and maps by position, so it costs as much as hand-written JDBC. jOOQ adds
 * the compiler's check. A program that calls only repositories does not load jOOQ at all.
 *
 * <p>Instances must be constants: each one takes a slot in the statement cache of every session.
 *
 * @param <R> what a row is mapped to; {@link Void} if there are no rows
 */
public final class CompiledQuery<R> {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ConcurrentLinkedQueue<CompiledQuery<?>> ALL = new ConcurrentLinkedQueue<>();

    private final int slot = COUNT.getAndIncrement();
    private final String key;
    private final Supplier<? extends Query> expression;
    private final @Nullable RowMapper<R> mapper;
    private final Map<String, RenderedQuery> rendered = new ConcurrentHashMap<>(2);

    private CompiledQuery(String key, @Nullable RowMapper<R> mapper, Supplier<? extends Query> expression) {
        this.key = key;
        this.expression = expression;
        this.mapper = mapper;
        ALL.add(this);
    }

    /**
     * A query that returns rows: a select, or a write with RETURNING.
     *
     * @param key a unique name, under which the build packages the SQL
     */
    public static <R> CompiledQuery<R> rows(String key, RowMapper<R> mapper, Supplier<? extends Query> expression) {
        return new CompiledQuery<>(key, mapper, expression);
    }

    /** A query that returns the number of rows it wrote. */
    public static CompiledQuery<Void> command(String key, Supplier<? extends Query> expression) {
        return new CompiledQuery<>(key, null, expression);
    }

    /** All queries of the classes that have been initialized so far. */
    public static List<CompiledQuery<?>> all() {
        return List.copyOf(ALL);
    }

    int slot() {
        return slot;
    }

    /** The name under which the build packages the SQL. */
    public String key() {
        return key;
    }

    RowMapper<R> mapper() {
        if (mapper == null) {
            throw new IllegalStateException("this query returns no rows");
        }
        return mapper;
    }

    /** The query in the engine's SQL. */
    public RenderedQuery rendered(Dialect dialect) {
        RenderedQuery known = rendered.get(dialect.name());
        if (known == null) {
            RenderedQuery packaged = PackagedQueries.of(dialect).get(key);
            known = packaged == null ? render(dialect) : packaged;
            rendered.put(dialect.name(), known);
        }
        return known;
    }

    /** Renders the expression again. */
    public RenderedQuery render(Dialect dialect) {
        return Renderer.render(expression.get(), dialect);
    }
}
