package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs each call in the transaction that its thread is in, if there is one, and else in one of its own. */
final class JoiningSessions implements Sessions {

    private final Store store;
    private final Supplier<? extends @Nullable Connection> current;

    JoiningSessions(Store store, Supplier<? extends @Nullable Connection> current) {
        this.store = store;
        this.current = current;
    }

    /** The transaction that this thread is in; null if it is in none. */
    @Nullable
    SqlTx joined() {
        Connection connection = current.get();
        return connection == null ? null : SqlTx.joined(store, connection);
    }

    /** Whether this thread is in a transaction. */
    boolean isJoined() {
        return current.get() != null;
    }

    private <T extends @Nullable Object> T run(Function<Sessions, T> call) {
        SqlTx joined = joined();
        if (joined == null) {
            return call.apply(store);
        }
        try {
            return call.apply(joined.sessions());
        } finally {
            joined.leave();
        }
    }

    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return this.<T>run(sessions -> sessions.read(entity, id, work));
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        return this.<T>run(sessions -> sessions.write(entity, id, work));
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return this.<T>run(sessions -> sessions.writeMany(entity, id, work));
    }

    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        return this.<T>run(sessions -> sessions.insert(entity, id, record, insert, stored));
    }

    @Override
    public void takeTurn(Session session, String name) throws SQLException {
        store.takeTurn(session, name);
    }

    @Override
    public Dialect dialect() {
        return store.dialect();
    }

    @Override
    public Failure classify(SQLException e) {
        return store.classify(e);
    }

    @Override
    public DatabaseOptions options() {
        return store.options();
    }

    @Override
    public @Nullable String actor() {
        return store.actor();
    }

    @Override
    public Instant now() {
        return store.now();
    }

    /** In a joined transaction of PostgreSQL no statement may follow one that was refused. */
    @Override
    public boolean readsAfterRefusal() {
        return current.get() == null && store.readsAfterRefusal();
    }
}
