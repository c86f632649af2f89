package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store that is read, and refuses to write before anything of it has begun. */
public final class ReadOnlyStore extends ForwardingStore {

    private final String name;

    /**
     * Takes the store over.
     *
     * @param name what messages call the database
     */
    public ReadOnlyStore(Store store, String name) {
        super(store);
        this.name = name;
    }

    private ReadOnlyException refused(@Nullable String entity, @Nullable String id) {
        String subject = entity == null ? "" : id == null ? entity + ": " : entity + " " + id + ": ";
        return new ReadOnlyException(
                subject + name + " was opened read-only; open it without readOnly() to write", entity, id);
    }

    @Override
    public @Nullable String actor() {
        return store.actor();
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
    public RepairResult repair(Consumer<? super DoctorProgress> listener) {
        throw refused(null, null);
    }

    @Override
    public long compact() {
        throw refused(null, null);
    }

    @Override
    public @Nullable String scrub() {
        throw refused(null, null);
    }

    @Override
    public void close() {
        store.close();
    }
}
