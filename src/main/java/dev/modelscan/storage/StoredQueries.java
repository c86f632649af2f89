package dev.modelscan.storage;

import dev.modelscan.storage.internal.dsl.CallersCommand;
import dev.modelscan.storage.internal.dsl.CallersQuery;
import dev.modelscan.storage.internal.dsl.CallersTable;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.queries.Into;
import dev.modelscan.storage.queries.MappedTable;
import dev.modelscan.storage.queries.QueryParameter;
import dev.modelscan.storage.queries.StoredCommand;
import dev.modelscan.storage.queries.StoredQuery;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.RowCountQuery;
import org.jooq.TableField;
import org.jooq.TableRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes typed queries that are rendered once for each engine, prepared once on each connection, and as fast as
 * the repositories' own. {@link Repositories#dsl()} renders and prepares at each call.
 *
 * <pre>{@code
 * record Backlog(String agent, int tasks) {}
 *
 * static final QueryParameter<TaskStatus> STATUS = StoredQueries.parameter("status", TASKS.STATUS);
 *
 * static final StoredQuery<Backlog> BACKLOG = StoredQueries.query(
 *         () -> select(AGENTS.NAME, count())
 *                 .from(TASKS)
 *                 .join(AGENTS).on(TASKS.AGENT_ID.eq(AGENTS.ID))
 *                 .where(TASKS.STATUS.eq(STATUS.param()))
 *                 .groupBy(AGENTS.NAME)
 *                 .orderBy(AGENTS.NAME),
 *         into(Backlog::new));
 *
 * List<Backlog> backlog = db.query(BACKLOG).set(STATUS, TaskStatus.PENDING).list(100);
 * }</pre>
 *
 * <p>Keep queries, commands, tables and parameters in constants. A value in a query that is not a
 * {@link QueryParameter} becomes part of its SQL text. The first run throws {@link IllegalArgumentException} for what
 * {@code dsl()} rejects, and also for WITH, for a parameter as the pattern of LIKE, and for SQL text that sets
 * something in the session.
 *
 * @since 0.1.0
 */
public final class StoredQueries {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

    private StoredQueries() {}

    /**
     * A parameter with the type of a column, or of an expression of {@link Times}.
     *
     * @param name letters, digits and underscores, beginning with a letter; unique in the query
     * @throws IllegalArgumentException if the name has other characters, or no value of that type can be bound
     */
    public static <T> QueryParameter<T> parameter(String name, Field<T> column) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(column, "column");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "parameter \"" + name + "\" is not made of letters, digits and _, beginning with a letter");
        }
        return Parameter.of(name, Codec.of(column), () -> column);
    }

    /**
     * A query that gives rows. It is built at its first run, and again for each engine, so it must always be the
     * same. It has no limit of its own: {@code list(limit)} and {@code page} set one.
     *
     * @param query a select, or a write with RETURNING
     * @param into what a row becomes; the compiler compares it with the select list
     */
    public static <X extends Record, R> StoredQuery<R> query(
            Supplier<? extends ResultQuery<X>> query, Into<X, R> into) {
        Objects.requireNonNull(query, "query");
        Objects.requireNonNull(into, "into");
        return new CallersQuery<>(query, into);
    }

    /** A statement that writes. It is built at its first run, and again for each engine. */
    public static StoredCommand command(Supplier<? extends RowCountQuery> command) {
        Objects.requireNonNull(command, "command");
        return new CallersCommand(command);
    }

    /**
     * A table whose rows are jOOQ's records, as the generator makes them: {@code table("review", REVIEWS.ID,
     * REVIEWS.VERSION)}.
     *
     * @param entity what messages call a row
     * @param key the primary key, of one column, which the application makes
     * @param version a whole number that rises with each update; null if the table has none
     * @throws IllegalArgumentException if the primary key is not this one column, or if a column has a type that stored
     *     queries do not support
     */
    public static <K, X extends TableRecord<X>> MappedTable<K, X> table(
            String entity, TableField<X, K> key, @Nullable TableField<X, Long> version) {
        return table(entity, key, version, row -> row, row -> row);
    }

    /**
     * A table whose rows are a type of the application's own. The compiler checks both functions: {@code row -> new
     * Review(row.getId(), row.getVerdict())} and {@code review -> new ReviewsRecord(review.id(), review.verdict())}.
     *
     * @param read makes a value of jOOQ's record; a write may call it several times, and on another thread, so it must
     *     not use the database
     * @param write makes jOOQ's record, with all columns, of a value
     * @throws IllegalArgumentException if the primary key is not this one column, or if a column has a type that stored
     *     queries do not support
     */
    public static <K, X extends TableRecord<X>, R> MappedTable<K, R> table(
            String entity,
            TableField<X, K> key,
            @Nullable TableField<X, Long> version,
            Function<X, R> read,
            Function<R, X> write) {
        Objects.requireNonNull(entity, "entity");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(read, "read");
        Objects.requireNonNull(write, "write");
        return new CallersTable<>(entity, key, version, read, write);
    }
}
