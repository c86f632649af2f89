package dev.modelscan.storage.internal.query;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jooq.Param;
import org.jooq.VisitContext;
import org.jooq.VisitListener;

/**
 * The parameters for which a {@code ?} is rendered, in order. jOOQ may render a parameter by a copy of another
 * type: then only the copy counts.
 */
final class VisitedParams implements VisitListener {

    private final List<Param<?>> all = new ArrayList<>();
    private final Deque<Integer> before = new ArrayDeque<>();

    List<Param<?>> all() {
        return all;
    }

    @Override
    public void visitStart(VisitContext context) {
        if (context.renderContext() != null && context.queryPart() instanceof Param) {
            before.push(all.size());
        }
    }

    @Override
    public void visitEnd(VisitContext context) {
        if (context.renderContext() != null
                && context.queryPart() instanceof Param<?> param
                && before.pop() == all.size()
                && !param.isInline()) {
            all.add(param);
        }
    }
}
