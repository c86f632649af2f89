package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.TxFunction;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.audit.AuditLog;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.erasure.Erasure;
import dev.modelscan.storage.internal.audit.SqlAuditLog;
import dev.modelscan.storage.internal.dsl.DslContexts;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.erasure.SqlErasure;
import dev.modelscan.storage.internal.observation.Observation;
import dev.modelscan.storage.internal.observation.Observed;
import dev.modelscan.storage.internal.repository.Maintenance;
import dev.modelscan.storage.internal.repository.RecordReader;
import dev.modelscan.storage.internal.search.SqlSearch;
import dev.modelscan.storage.metrics.Operation.Kind;
import dev.modelscan.storage.search.Search;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The repositories of a database. */
public final class StoreRepositories extends SqlRepositories {

    private final Store store;
    private final @Nullable JoiningSessions joining;
    private volatile @Nullable DSLContext dsl;

    /** The repositories of an open database, each call of which is its own transaction. */
    public StoreRepositories(Store store) {
        super(store);
        this.store = store;
        this.joining = null;
    }

    /**
     * The repositories of an open database, whose calls run in the transaction that their thread is in.
     *
     * @param current the connection of the thread's transaction; null if it is in none
     */
    public StoreRepositories(Store store, Supplier<? extends @Nullable Connection> current) {
        this(store, new JoiningSessions(store, current));
    }

    private StoreRepositories(Store store, JoiningSessions joining) {
        super(joining);
        this.store = store;
        this.joining = joining;
    }

    /** The repositories over a connection of the caller's, in its transaction. */
    public Tx on(Connection connection) {
        return SqlTx.joined(store, connection);
    }

    @Override
    boolean mayWrite() {
        return false;
    }

    @Override
    public DSLContext dsl() {
        DSLContext made = dsl;
        if (made == null) {
            made = RecordReader.over(DslContexts.reading(store));
            dsl = made;
        }
        return made;
    }

    /** Runs a function of the caller in a transaction. */
    public <T extends @Nullable Object, X extends Exception> T withTx(Isolation isolation, TxFunction<T, X> function)
            throws X {
        if (store.options().listeners().isEmpty()) {
            return transaction(isolation, function, null);
        }
        Observation observation = Observation.begin(store, Kind.TRANSACTION, null, null);
        return observation.<T, X>of(() -> transaction(isolation, function, observation));
    }

    /** Runs it in a part of the transaction that its thread is in, if there is one. */
    private <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TxFunction<T, X> function, @Nullable Observation observation) throws X {
        SqlTx joined = joining == null ? null : joining.joined();
        Store.TransactionBody<T, X> body =
                session -> joined == null ? new SqlTx(store, session).run(function) : joined.withTx(function);
        Store.TransactionBody<T, X> watched = observation == null ? body : observation.watchedBody(body);
        if (joined == null) {
            return store.transaction(isolation, watched);
        }
        try {
            return watched.run(joined.session());
        } finally {
            joined.leave();
        }
    }

    /** Full-text search. Finds what the transaction that its thread is in has written, if its calls join one. */
    public Search search() {
        return new SqlSearch(Observed.by(joining == null ? store : joining));
    }

    /** The audit log. */
    public AuditLog audit() {
        return new SqlAuditLog(Observed.by(joining == null ? store : joining), this::isInTransaction);
    }

    /** Erasure, which is a transaction of its own. */
    public Erasure erasure() {
        return new SqlErasure(store, Observed.by(store), this::isInTransaction);
    }

    /** Whether this thread is in a transaction: in {@code withTx}, or in one of the caller's that its calls join. */
    private boolean isInTransaction() {
        return store.isInTransaction() || (joining != null && joining.isJoined());
    }

    /** What is wrong with the audit log. */
    public List<Finding> auditFindings() {
        return new SqlAuditLog(store, () -> false).examined();
    }

    /** The number of rows of each table, by name. Loads no jOOQ, so a program that asks this alone starts at once. */
    public Map<String, Long> rowCounts() {
        return Observed.by(store).read("database", null, Maintenance::rowCounts);
    }

    /** Cancels what these agents run; see {@code Database.cancelRunning}. */
    public int cancelRunning(Collection<AgentId> agentIds) {
        List<AgentId> ids = List.copyOf(agentIds);
        Sessions own = Observed.by(joining == null ? store : joining);
        return own.writeMany("database", null, session -> {
            own.takeTurn(session, Maintenance.STATUS_OF_ALL);
            return Maintenance.cancelRunning(session, ids, own.now());
        });
    }
}
