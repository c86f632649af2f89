package dev.modelscan.storage.internal.query;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jooq.Query;
import org.jooq.VisitListener;
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
    private static final AtomicInteger COUNT_OF_CALLERS = new AtomicInteger();

    /** A program has fewer queries in constants, and one that makes them at each call soon has more. */
    private static final int MOST_OF_CALLERS = 4_000;

    private static final ConcurrentLinkedQueue<CompiledQuery<?>> ALL = new ConcurrentLinkedQueue<>();

    private final int slot = COUNT.getAndIncrement();
    private final @Nullable String key;
    private final @Nullable VisitListener checks;
    private final Supplier<? extends Query> expression;
    private final @Nullable RowMapper<R> mapper;
    private final Map<String, RenderedQuery> rendered = new ConcurrentHashMap<>(2);

    private CompiledQuery(
            @Nullable String key,
            @Nullable RowMapper<R> mapper,
            Supplier<? extends Query> expression,
            @Nullable VisitListener checks) {
        this.key = key;
        this.expression = expression;
        this.mapper = mapper;
        this.checks = checks;
    }

    private CompiledQuery<R> packaged() {
        ALL.add(this);
        return this;
    }

    /**
     * A caller's query, which the build does not know.
     *
     * @param mapper null for a query that returns the number of rows it wrote
     * @param checks looks at each part that is rendered, and may put another in its place
     */
    public static <R> CompiledQuery<R> ofCaller(
            @Nullable RowMapper<R> mapper, Supplier<? extends Query> expression, VisitListener checks) {
        if (COUNT_OF_CALLERS.incrementAndGet() > MOST_OF_CALLERS) {
            throw new IllegalStateException(
                    "there are " + MOST_OF_CALLERS
                            + " stored queries, each with a statement on every connection; keep them in static final constants");
        }
        return new CompiledQuery<>(null, mapper, expression, checks);
    }

    /**
     * A query that returns rows: a select, or a write with RETURNING.
     *
     * @param key a unique name, under which the build packages the SQL
     */
    public static <R> CompiledQuery<R> rows(String key, RowMapper<R> mapper, Supplier<? extends Query> expression) {
        return new CompiledQuery<>(key, mapper, expression, null).packaged();
    }

    /** A query that returns the number of rows it wrote. */
    public static CompiledQuery<Void> command(String key, Supplier<? extends Query> expression) {
        return new CompiledQuery<Void>(key, null, expression, null).packaged();
    }

    /** All packaged queries of the classes that have been initialized so far. */
    public static List<CompiledQuery<?>> all() {
        return List.copyOf(ALL);
    }

    int slot() {
        return slot;
    }

    /** What a listener is told that ran. */
    String name() {
        return key == null ? "query" : key;
    }

    /** The name under which the build packages the SQL. */
    public String key() {
        return Objects.requireNonNull(key, "a caller's query is not packaged");
    }

    @Nullable
    RowMapper<R> rowMapper() {
        return mapper;
    }

    /** The query in the engine's SQL. */
    public RenderedQuery rendered(Dialect dialect) {
        RenderedQuery known = rendered.get(dialect.name());
        if (known == null) {
            RenderedQuery packaged = key == null ? null : PackagedQueries.find(dialect, key);
            known = packaged == null ? render(dialect) : packaged;
            rendered.put(dialect.name(), known);
        }
        return known;
    }

    /** Renders the expression again. */
    public RenderedQuery render(Dialect dialect) {
        return checks == null
                ? Renderer.render(expression.get(), dialect)
                : Renderer.renderOfCaller(expression.get(), dialect, checks);
    }
}
