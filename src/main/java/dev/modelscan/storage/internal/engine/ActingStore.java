package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store that is used in somebody's name. It shares the other's connections, and closing it closes none. */
public final class ActingStore implements Store {

    private final Store store;
    private final String actor;

    /** Of another store, which is closed by itself. */
    public ActingStore(Store store, String actor) {
        this.store = store instanceof ActingStore acting ? acting.store : store;
        this.actor = actor;
    }

    @Override
    public String actor() {
        return actor;
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
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return store.read(entity, id, work);
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
    public Session acquireReader() {
        return store.acquireReader();
    }

    @Override
    public void releaseReader(Session session) {
        store.releaseReader(session);
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
    public List<String> problems() {
        return store.problems();
    }

    @Override
    public List<String> notes() {
        return store.notes();
    }

    @Override
    public long sizeBytes() {
        return store.sizeBytes();
    }

    @Override
    public Backup backup(Path target, Consumer<BackupProgress> listener) {
        return store.backup(target, listener);
    }

    @Override
    public List<Finding> findings() {
        return store.findings();
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
