package dev.modelscan.storage.internal.query;

import java.util.ArrayList;
import java.util.List;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;

/** Renders a jOOQ expression, and notes which parameter stands at each {@code ?}. */
final class Renderer {

    private Renderer() {}

    static RenderedQuery render(Query query, SQLDialect dialect) {
        List<String> visited = new ArrayList<>();
        DefaultConfiguration configuration = new DefaultConfiguration();
        configuration.set(dialect);
        configuration.set(JooqSettings.create());
        configuration.set(VisitListener.onVisitStart(context -> collect(context, visited)));
        String sql = DSL.using(configuration).render(query);
        long places = sql.chars().filter(c -> c == '?').count();
        if (places != visited.size()) {
            throw new IllegalStateException(
                    "rendered " + places + " places for " + visited.size() + " parameters: " + sql);
        }
        return new RenderedQuery(sql, List.copyOf(visited));
    }

    /** jOOQ may replace a parameter by a copy of the right type, which keeps the name. */
    private static void collect(VisitContext context, List<String> visited) {
        if (context.renderContext() != null && context.queryPart() instanceof Param<?> param && !param.isInline()) {
            String name = param.getParamName();
            if (name == null) {
                throw new IllegalStateException(
                        "a compiled query takes its values through parameters; inline the constant " + param);
            }
            visited.add(name);
        }
    }
}
