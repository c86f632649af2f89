package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store that is used in somebody's name. It shares the other's connections, and closing it closes none. */
public final class ActingStore extends ForwardingStore {

    private final String actor;

    /** Of another store, which is closed by itself. */
    public ActingStore(Store store, String actor) {
        super(store instanceof ActingStore acting ? acting.store : store);
        this.actor = actor;
    }

    @Override
    public String actor() {
        return actor;
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        return store.write(entity, id, work);
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return store.writeMany(entity, id, work);
    }

    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        return store.insert(entity, id, record, insert, stored);
    }

    @Override
    public void takeTurn(Session session, String name) throws SQLException {
        store.takeTurn(session, name);
    }

    @Override
    public TransactionGuard guard(Session session) throws SQLException {
        return store.guard(session);
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        return store.transaction(isolation, body);
    }

    @Override
    public Session join(Connection connection) throws SQLException {
        return store.join(connection);
    }

    @Override
    public boolean readsAfterRefusal() {
        return store.readsAfterRefusal();
    }

    @Override
    public Instant now() {
        return store.now();
    }

    @Override
    public List<String> repair() {
        return store.repair();
    }

    @Override
    public long compact() {
        return store.compact();
    }

    @Override
    public void close() {}
}
