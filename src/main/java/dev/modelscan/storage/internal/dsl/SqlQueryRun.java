package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.internal.dsl.CallersQuery.Shape;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Cursors;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.queries.QueryParameter;
import dev.modelscan.storage.queries.QueryRun;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs a {@link CallersQuery} on a session. */
public final class SqlQueryRun<R> implements QueryRun<R> {

    private final Sessions sessions;
    private final CallersQuery<R> query;
    private final Shape shape;
    private final GivenValues values;

    /** @param mayWrite whether the sessions are those of a transaction */
    public SqlQueryRun(Sessions sessions, CallersQuery<R> query, boolean mayWrite) {
        this(sessions, query, query.shape(), new GivenValues());
        if (shape.writes() && !mayWrite) {
            throw new IllegalStateException(
                    "this query writes, and a database's query only reads; run it with tx.query inside withTx");
        }
    }

    private SqlQueryRun(Sessions sessions, CallersQuery<R> query, Shape shape, GivenValues values) {
        this.sessions = sessions;
        this.query = query;
        this.shape = shape;
        this.values = values;
    }

    @Override
    public <T> QueryRun<R> set(QueryParameter<T> parameter, @Nullable T value) {
        values.set(parameter, value);
        return this;
    }

    @Override
    public List<R> list(int limit) {
        Ranges.require("limit", limit, 1, PageRequest.MAX_LIMIT);
        if (!shape.writes() && !shape.ordered()) {
            throw new IllegalArgumentException("a list needs an order, or else two runs differ; add orderBy");
        }
        return shape.writes() ? written(limit) : mapped(selected(limit));
    }

    @Override
    public R one() {
        return find().orElseThrow(() -> new NoSuchElementException("the query gave no row"));
    }

    @Override
    public Optional<R> find() {
        if (shape.writes()) {
            return written(1).stream().findFirst();
        }
        List<@Nullable Object[]> rows = selected(2);
        if (rows.size() > 1) {
            throw tooMany(1);
        }
        return mapped(rows).stream().findFirst();
    }

    private static IllegalStateException tooMany(int expected) {
        return new IllegalStateException("the query gave more rows than " + expected);
    }

    private List<@Nullable Object[]> selected(int limit) {
        return sessions.read(null, null, session -> {
            Execution<@Nullable Object[]> execution =
                    session.query(query.start()).set(CallersQuery.LIMIT, limit);
            values.bind(execution);
            return execution.list();
        });
    }

    /** If the rows are not handed over, the call has failed, and its transaction must not be committed. */
    private List<R> written(int limit) {
        return sessions.write(null, null, session -> {
            Execution<@Nullable Object[]> execution = session.query(query.start());
            values.bind(execution);
            List<@Nullable Object[]> rows = new ArrayList<>();
            if (execution.addTo(rows, limit)) {
                throw tooMany(limit);
            }
            return mapped(rows);
        });
    }

    @Override
    public Page<R> page(PageRequest request) {
        Objects.requireNonNull(request, "request");
        if (shape.unpaged() != null) {
            throw new IllegalArgumentException("this query cannot be read in pages: " + shape.unpaged());
        }
        return sessions.read(null, null, session -> page(session, request)).finished(this);
    }

    /** The rows of a page, before the caller's function maps them. */
    private record Rows(List<@Nullable Object[]> rows, Optional<PageRequest> next) {

        <R> Page<R> finished(SqlQueryRun<R> run) {
            return new Page<>(run.mapped(rows), next);
        }
    }

    private Rows page(Session session, PageRequest request) throws SQLException {
        Cursor after = request.after();
        CompiledQuery<@Nullable Object[]> compiled = after == null ? query.start() : query.behind();
        Execution<@Nullable Object[]> execution = session.query(compiled).set(CallersQuery.LIMIT, request.limit() + 1);
        if (after != null) {
            List<CallersQuery.Key<?>> keys = shape.keys();
            List<String> position = Cursors.decode(name(session), keys.size(), after);
            for (int i = 0; i < keys.size(); i++) {
                Cursors.bind(execution, keys.get(i).parameter(), position.get(i));
            }
        }
        values.bind(execution);
        List<@Nullable Object[]> rows = new ArrayList<>();
        execution.addTo(rows, request.limit() + 1);
        return rows.size() <= request.limit()
                ? new Rows(rows, Optional.empty())
                : new Rows(rows, Optional.of(next(name(session), request, rows)));
    }

    /** The name in cursors: equal for equal SQL, in any process. */
    private String name(Session session) {
        String sql = query.start().rendered(session.dialect()).sql();
        return "query " + Integer.toHexString(sql.hashCode());
    }

    /** Takes away the first row of the next page, which the next page would not give if it had the place of the last one. */
    private PageRequest next(String name, PageRequest request, List<@Nullable Object[]> rows) {
        List<String> behind = position(rows.remove(request.limit()));
        List<String> position = position(rows.get(rows.size() - 1));
        if (position.equals(behind)) {
            throw new IllegalStateException(
                    "two rows have the same place in the order, " + String.join(", ", position)
                            + ", and the next page would begin behind both; order by more columns, until no two rows are equal");
        }
        return PageRequest.after(Cursors.encode(name, position), request.limit());
    }

    private List<String> position(@Nullable Object[] row) {
        return shape.keys().stream().map(key -> key.encode(row)).toList();
    }

    @Override
    public Stream<R> stream() {
        return Page.stream(new SqlQueryRun<>(sessions, query, shape, values.copy())::page);
    }

    private List<R> mapped(List<@Nullable Object[]> rows) {
        List<R> mapped = new ArrayList<>(rows.size());
        for (@Nullable Object[] row : rows) {
            mapped.add(query.map(row));
        }
        return Collections.unmodifiableList(mapped);
    }
}
