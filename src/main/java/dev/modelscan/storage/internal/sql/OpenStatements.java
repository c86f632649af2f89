package dev.modelscan.storage.internal.sql;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a transaction's {@code dsl()} must leave alone, and the statements whose rows it has not read to their end. One that outlived the transaction
 * would keep its snapshot: the connection could not write again once another process had, and the log could not shrink.
 */
final class OpenStatements implements ExecuteListener, AutoCloseable {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(OpenStatements.class);

    private static final Pattern TRANSACTION_CONTROL = Pattern.compile(
            "\\s*(begin|start|commit|end|abort|rollback|savepoint|release|prepare\\s+transaction)\\b",
            Pattern.CASE_INSENSITIVE);

    private final transient Set<ExecuteContext> open = Collections.newSetFromMap(new IdentityHashMap<>());

    @Override
    public void executeStart(ExecuteContext context) {
        if (TRANSACTION_CONTROL.matcher(String.valueOf(context.sql())).lookingAt()) {
            throw new IllegalStateException(
                    "the tx begins and ends its transaction itself; to take a part back, throw out of tx.withTx");
        }
        open.add(context);
    }

    @Override
    public void end(ExecuteContext context) {
        open.remove(context);
    }

    /** A stream or cursor that was kept would later end without a word, as if there were no more rows. */
    void requireNone() {
        if (!open.isEmpty()) {
            throw new IllegalStateException(
                    "a stream or cursor of tx.dsl() is still open; close it, or read it to its end,"
                            + " before the function returns");
        }
    }

    @Override
    public void close() {
        for (ExecuteContext context : List.copyOf(open)) {
            try (Statement statement = context.statement()) {
                open.remove(context);
            } catch (SQLException e) {
                LOG.debug("closing a statement failed", e);
            }
        }
    }
}
