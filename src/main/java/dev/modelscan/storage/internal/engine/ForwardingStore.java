package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads from another store. What writes is left to subclasses, so that none passes a write on without saying so. */
abstract class ForwardingStore implements Store {

    final Store store;

    ForwardingStore(Store store) {
        this.store = store;
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
    public boolean isInTransaction() {
        return store.isInTransaction();
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
    public Backup backup(Path target, Consumer<? super BackupProgress> listener) {
        return store.backup(target, listener);
    }

    @Override
    public List<Finding> findings() {
        return store.findings();
    }

    @Override
    public List<String> repairable() {
        return store.repairable();
    }
}
