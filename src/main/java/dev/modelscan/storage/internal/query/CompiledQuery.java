package dev.modelscan.storage.internal.query;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * A jOOQ expression over generated columns that is rendered once for each engine. {@link Session#query} executes it through
 * a prepared statement that the connection keeps, binds and maps by position, and so costs what hand-written JDBC costs; what
 * jOOQ gives is that the compiler checks it.
 *
 * <p>Instances are constants: each takes a place in every session's cache of statements.
 *
 * @param <R> what a row is mapped to; {@link Void} where there are none
 */
public final class CompiledQuery<R> {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final int slot = COUNT.getAndIncrement();
    private final Supplier<? extends Query> expression;
    private final @Nullable RowMapper<R> mapper;
    private final Map<SQLDialect, Rendered> rendered = new ConcurrentHashMap<>(2);

    private CompiledQuery(Supplier<? extends Query> expression, @Nullable RowMapper<R> mapper) {
        this.expression = expression;
        this.mapper = mapper;
    }

    /** A query that returns rows: a select, or a write with RETURNING. */
    public static <R> CompiledQuery<R> rows(RowMapper<R> mapper, Supplier<? extends Query> expression) {
        return new CompiledQuery<>(expression, mapper);
    }

    /** A query that returns how many rows it wrote. */
    public static CompiledQuery<Void> command(Supplier<? extends Query> expression) {
        return new CompiledQuery<>(expression, null);
    }

    int slot() {
        return slot;
    }

    RowMapper<R> mapper() {
        if (mapper == null) {
            throw new IllegalStateException("this query returns no rows");
        }
        return mapper;
    }

    Rendered rendered(Dialect dialect) {
        return rendered.computeIfAbsent(dialect.jooq(), key -> Rendered.render(expression.get(), key));
    }

    /** The SQL as it is sent, with {@code ?} for each parameter. */
    public String sql(Dialect dialect) {
        return rendered(dialect).sql();
    }

    /** The names of the parameters, one for each {@code ?}. */
    public List<String> parameterNames(Dialect dialect) {
        return List.of(rendered(dialect).names());
    }
}
