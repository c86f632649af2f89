package dev.modelscan.storage.internal.dsl;

import org.jooq.ExecuteContext;
import org.jooq.VisitContext;
import org.jooq.VisitListener;

/**
 * Makes the answers of a caller's query equal on all engines, part by part, while jOOQ renders it. One
 * listener for all steps: jOOQ calls each listener four times for each part.
 */
public final class CheckedParts implements VisitListener {

    /** The key under which an execution holds the number of its values. */
    private static final Object VALUES = new Object();

    @Override
    public void visitStart(VisitContext context) {
        if (context.renderContext() == null) {
            return;
        }
        SameAnswers.replace(context, context.queryPart());
        TypedColumns.check(context, context.queryPart());
    }

    /** Counts the values while jOOQ binds them: a batch one by one, another statement all at once. */
    @Override
    public void visitEnd(VisitContext context) {
        if (context.renderContext() == null && context.queryPartsLength() == 1) {
            ExecuteContext execution = context.context().executeContext();
            if (execution != null) {
                execution.data(VALUES, context.context().peekIndex() - 1);
            }
        }
    }

    /** How many values a statement got that is about to run. */
    static int values(ExecuteContext execution) {
        return execution.data(VALUES) instanceof Integer values ? values : 0;
    }
}
