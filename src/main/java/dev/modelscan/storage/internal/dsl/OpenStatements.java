package dev.modelscan.storage.internal.dsl;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statements of a {@code tx.dsl()} whose rows were not read to the end. None may outlive the transaction.
 * It would keep its snapshot: the connection could not write again after another process has written, and the
 * log could not shrink.
 */
public final class OpenStatements implements ExecuteListener, AutoCloseable {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(OpenStatements.class);

    private final transient Set<ExecuteContext> open = Collections.newSetFromMap(new IdentityHashMap<>());

    @Override
    public void executeStart(ExecuteContext context) {
        open.add(context);
    }

    @Override
    public void end(ExecuteContext context) {
        open.remove(context);
    }

    /**
     * Rejects an open stream or cursor: after the transaction it would end silently, as if it had no more
     * rows.
     */
    public void requireNone() {
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
