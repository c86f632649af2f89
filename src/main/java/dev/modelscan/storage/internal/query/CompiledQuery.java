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
 * A jOOQ expression over generated columns that is rendered once for each engine: by the build, which keeps the text beside
 * the classes, or at its first use where the build has not. {@link Session#query} executes it through a prepared statement
 * that the connection keeps, binds and maps by position, and so costs what hand-written JDBC costs; what jOOQ gives is that the
 * compiler checks it. A program that calls repositories alone does not load jOOQ at all.
 *
 * <p>Instances are constants: each takes a place in every session's cache of statements.
 *
 * @param <R> what a row is mapped to; {@link Void} where there are none
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
     * @param key a name of its own, by which the build keeps its text
     */
    public static <R> CompiledQuery<R> rows(String key, RowMapper<R> mapper, Supplier<? extends Query> expression) {
        return new CompiledQuery<>(key, mapper, expression);
    }

    /** A query that returns how many rows it wrote. */
    public static CompiledQuery<Void> command(String key, Supplier<? extends Query> expression) {
        return new CompiledQuery<>(key, null, expression);
    }

    /** All queries of the classes that were initialized so far. */
    public static List<CompiledQuery<?>> all() {
        return List.copyOf(ALL);
    }

    int slot() {
        return slot;
    }

    /** The name by which the build keeps the text. */
    public String key() {
        return key;
    }

    RowMapper<R> mapper() {
        if (mapper == null) {
            throw new IllegalStateException("this query returns no rows");
        }
        return mapper;
    }

    /** The query in the engine's language. */
    public RenderedQuery rendered(Dialect dialect) {
        RenderedQuery known = rendered.get(dialect.name());
        if (known == null) {
            RenderedQuery packaged = PackagedQueries.of(dialect).get(key);
            known = packaged == null ? render(dialect) : packaged;
            rendered.put(dialect.name(), known);
        }
        return known;
    }

    /** Renders the expression anew. */
    public RenderedQuery render(Dialect dialect) {
        return Renderer.render(expression.get(), dialect);
    }
}
