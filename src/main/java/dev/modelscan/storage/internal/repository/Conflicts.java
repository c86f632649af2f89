package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds out which unique value made a write fail, and which record has it. */
final class Conflicts {

    private Conflicts() {}

    /**
     * Throws an exception with the value, and with the record that has it if this session can still read.
     * Returns if the value is unknown.
     */
    static <I extends Id, R> void throwTaken(Session session, Mapping<I, R> mapping, Failure failure, R record)
            throws SQLException {
        Mapping.Unique<R> unique = mapping.unique(failure.detail());
        String value = unique == null ? null : unique.column().get(record);
        if (unique == null || value == null) {
            return;
        }
        String id = Objects.requireNonNull(mapping.id.get(record)).value();
        String holder = session.dialect().continuesAfterError() ? holder(session, mapping, unique, value) : null;
        throw taken(mapping.entity, id, unique.column().name(), value, holder, failure.cause());
    }

    /**
     * Runs a write. If it fails and the session could not read the record that has the value, reads that
     * record afterwards.
     */
    static <I extends Id, R, T> T naming(Sessions sessions, Mapping<I, R> mapping, Supplier<T> write) {
        try {
            return write.get();
        } catch (ConflictException e) {
            Mapping.Unique<R> unique = mapping.unique(e.field());
            String value = e.value();
            if (unique == null || value == null || e.holder() != null || !sessions.readsAfterRefusal()) {
                throw e;
            }
            Optional<String> holder = Optional.empty();
            try {
                holder = sessions.read(
                        mapping.entity,
                        e.id(),
                        session -> Optional.ofNullable(holder(session, mapping, unique, value)));
            } catch (StorageException unread) {
                e.addSuppressed(unread);
            }
            throw holder.isEmpty()
                    ? e
                    : taken(mapping.entity, e.id(), unique.column().name(), value, holder.get(), e.getCause());
        }
    }

    private static <I extends Id, R> @Nullable String holder(
            Session session, Mapping<I, R> mapping, Mapping.Unique<R> unique, String value) throws SQLException {
        R record = session.query(unique.byValue())
                .set(unique.column().parameter(), value)
                .first();
        return record == null
                ? null
                : Objects.requireNonNull(mapping.id.get(record)).value();
    }

    private static ConflictException taken(
            String entity,
            @Nullable String id,
            String field,
            String value,
            @Nullable String holder,
            @Nullable Throwable cause) {
        String by = holder == null ? "another " + entity : entity + " " + holder;
        return new ConflictException(
                entity + " " + id + ": " + entity + " " + field + " '" + value + "' is taken by " + by
                        + "; choose another, or update the record that has it",
                entity,
                id,
                field,
                value,
                holder,
                cause);
    }
}
