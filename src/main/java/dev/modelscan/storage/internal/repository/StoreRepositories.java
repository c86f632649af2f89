package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.TxAction;
import dev.modelscan.storage.TxFunction;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Limits;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The repositories of a database. Each call is its own transaction. */
public final class StoreRepositories extends SqlRepositories {

    private final Store store;
    private final StoreSessions sessions;
    private volatile @Nullable DSLContext dsl;

    /** The repositories of an open database. */
    public StoreRepositories(Store store, Limits limits, Clock clock) {
        this(store, new StoreSessions(store, limits, clock));
    }

    private StoreRepositories(Store store, StoreSessions sessions) {
        super(sessions);
        this.store = store;
        this.sessions = sessions;
    }

    /** Runs each piece of work in its own transaction. */
    private record StoreSessions(Store store, Limits limits, Clock clock) implements Sessions {

        @Override
        public <T extends @Nullable Object> T read(String entity, @Nullable String id, Work<T> work) {
            return store.read(entity, id, work);
        }

        @Override
        public <T extends @Nullable Object> T write(String entity, @Nullable String id, Work<T> work) {
            return store.write(entity, id, work);
        }

        @Override
        public <T extends @Nullable Object> T writeMany(String entity, @Nullable String id, Work<T> work) {
            return store.writeMany(entity, id, work);
        }

        @Override
        public <T> T insert(String entity, String id, T record, Work<T> insert, Work<Optional<T>> stored) {
            return store.insert(entity, id, record, insert, stored);
        }

        @Override
        public void takeTurn(Session session, String name) throws SQLException {
            store.takeTurn(session, name);
        }

        @Override
        public Instant now() {
            return clock.instant().truncatedTo(ChronoUnit.MICROS);
        }

        @Override
        public boolean readsAfterRefusal() {
            return true;
        }

        @Override
        public Failure classify(SQLException e) {
            return store.classify(e).whileWriting();
        }
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
        return store.<T, X>transaction(isolation, session -> {
            SqlTx tx = new SqlTx(store, session, sessions.limits(), sessions.now());
            return tx.run(function);
        });
    }

    /** {@link #withTx} without a result. */
    public <X extends Exception> void useTx(Isolation isolation, TxAction<X> action) throws X {
        this.<Boolean, X>withTx(isolation, tx -> {
            action.accept(tx);
            return true;
        });
    }

    /** Cancels what these agents run; see {@code Database.cancelRunning}. */
    public int cancelRunning(Collection<AgentId> agentIds) {
        List<AgentId> ids = List.copyOf(agentIds);
        return sessions.writeMany("database", null, session -> {
            sessions.takeTurn(session, Maintenance.STATUS_OF_ALL);
            return Maintenance.cancelRunning(session, ids, sessions.now());
        });
    }
}
