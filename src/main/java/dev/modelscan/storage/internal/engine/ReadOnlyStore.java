package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store that is read, and refuses to write before anything of it has begun. */
public final class ReadOnlyStore implements Store {

    private final Store store;
    private final String name;

    /**
     * Takes the store over.
     *
     * @param name what messages call the database
     */
    public ReadOnlyStore(Store store, String name) {
        this.store = store;
        this.name = name;
    }

    private ReadOnlyException refused(@Nullable String entity, @Nullable String id) {
        String subject = entity == null ? "" : id == null ? entity + ": " : entity + " " + id + ": ";
        return new ReadOnlyException(
                subject + name + " was opened read-only; open it without readOnly() to write", entity, id);
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
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return store.read(entity, id, work);
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        throw refused(entity, id);
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        throw refused(entity, id);
    }

    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        throw refused(entity, id);
    }

    @Override
    public void takeTurn(Session session, String name) {
        throw refused(null, null);
    }

    @Override
    public TransactionGuard guard(Session session) {
        throw refused(null, null);
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        throw refused(null, null);
    }

    @Override
    public Session join(Connection connection) {
        throw refused(null, null);
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
    public Backup backup(Path target, Consumer<BackupProgress> listener) {
        return store.backup(target, listener);
    }

    @Override
    public List<Finding> findings() {
        return store.findings();
    }

    @Override
    public List<String> repair() {
        throw refused(null, null);
    }

    @Override
    public long compact() {
        throw refused(null, null);
    }

    @Override
    public void close() {
        store.close();
    }
}
