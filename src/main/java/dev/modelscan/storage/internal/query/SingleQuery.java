package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DataType;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.VisitListener;
import org.jooq.impl.DSL;

/**
 * A query that a caller has put together, rendered and prepared for one run. Its values are bound, never part
 * of the text.
 *
 * @param <R> what a row is mapped to
 */
public final class SingleQuery<R> {

    private final RenderedQuery rendered;
    private final List<Bound<?>> values;
    private final RowMapper<R> mapper;

    private SingleQuery(RenderedQuery rendered, List<Bound<?>> values, RowMapper<R> mapper) {
        this.rendered = rendered;
        this.values = values;
        this.mapper = mapper;
    }

    /**
     * Renders a query.
     *
     * @param checks looks at each part that is rendered, and may put another in its place
     */
    public static <R> SingleQuery<R> of(Query query, Dialect dialect, RowMapper<R> mapper, VisitListener checks) {
        VisitedParams visited = new VisitedParams();
        RenderedQuery rendered = Renderer.renderOnce(query, dialect, checks, visited);
        List<Bound<?>> values = new ArrayList<>();
        for (Param<?> param : visited.all()) {
            values.add(bound("value " + values.size(), param));
        }
        return new SingleQuery<>(rendered, values, mapper);
    }

    private static <T> Bound<T> bound(String name, Param<T> value) {
        DataType<T> type = value.getDataType();
        return new Bound<>(Parameter.of(name, Codec.of(value), () -> DSL.param(name, type)), value.getValue());
    }

    /** The SQL. */
    public String sql() {
        return rendered.sql();
    }

    /** Adds rows to a list until it holds {@code most}; returns whether there is one more. */
    public boolean addTo(List<R> rows, int most, Session session) throws SQLException {
        Execution<R> execution = new Execution<>(session, -1, "filter", rendered, mapper);
        try {
            return execution.setAll(values).addTo(rows, most);
        } finally {
            execution.closeStatement();
        }
    }
}
