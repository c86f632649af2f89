package dev.modelscan.storage.internal.repository;

import org.jooq.VisitContext;
import org.jooq.VisitListener;

/**
 * Makes the answers of a caller's query equal on all engines, part by part, while jOOQ renders it. One
 * listener for both steps: jOOQ calls each listener four times for each part.
 */
final class CheckedParts implements VisitListener {

    @Override
    public void visitStart(VisitContext context) {
        if (context.renderContext() == null) {
            return;
        }
        SameAnswers.replace(context, context.queryPart());
        TypedColumns.check(context, context.queryPart());
    }
}
