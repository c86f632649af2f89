package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.TxFunction;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.internal.engine.Store;
import java.util.Collection;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The repositories of a database. Each call is its own transaction. */
public final class StoreRepositories extends SqlRepositories {

    private final Store store;
    private volatile @Nullable DSLContext dsl;

    /** The repositories of an open database. */
    public StoreRepositories(Store store) {
        super(store);
        this.store = store;
    }

    @Override
    boolean mayWrite() {
        return false;
    }

    @Override
    public DSLContext dsl() {
        DSLContext made = dsl;
        if (made == null) {
            made = DslContexts.reading(store);
            dsl = made;
        }
        return made;
    }

    /** Runs a function of the caller in a transaction. */
    public <T extends @Nullable Object, X extends Exception> T withTx(Isolation isolation, TxFunction<T, X> function)
            throws X {
        return store.<T, X>transaction(isolation, session -> new SqlTx(store, session).run(function));
    }

    /** Cancels what these agents run; see {@code Database.cancelRunning}. */
    public int cancelRunning(Collection<AgentId> agentIds) {
        List<AgentId> ids = List.copyOf(agentIds);
        return store.writeMany("database", null, session -> {
            store.takeTurn(session, Maintenance.STATUS_OF_ALL);
            return Maintenance.cancelRunning(session, ids, store.now());
        });
    }
}
