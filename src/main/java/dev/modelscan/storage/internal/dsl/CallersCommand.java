package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.queries.StoredCommand;
import java.util.function.Supplier;
import org.jooq.RowCountQuery;

/** A stored statement of the caller that writes and gives no rows, compiled like a repository's. */
public final class CallersCommand implements StoredCommand {

    private final CompiledQuery<Void> compiled;

    /** The expression is evaluated again for each engine. */
    public CallersCommand(Supplier<? extends RowCountQuery> expression) {
        this.compiled = CompiledQuery.ofCaller(null, () -> checked(expression.get()), new CheckedParts());
    }

    private static RowCountQuery checked(RowCountQuery command) {
        SqlText.requireLeavesNothing(command.getSQL());
        return command;
    }

    CompiledQuery<Void> compiled() {
        return compiled;
    }
}
