package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds a record by its name, or stores it. The database decides who is first: an insert that does nothing if the
 * name is taken, after which the record that has it is there to be read.
 *
 * @param <I> the key
 * @param <R> the record
 */
final class NaturalKey<I extends Id, R> {

    private final SqlRepository<I, R> repository;
    private final Mapping<I, R> mapping;
    private final Sessions sessions;

    NaturalKey(SqlRepository<I, R> repository, Mapping<I, R> mapping) {
        this.repository = repository;
        this.mapping = mapping;
        this.sessions = repository.sessions;
    }

    /** One statement if there is one of that name, two if not. */
    R findOrCreate(R record) {
        R prepared = prepared(record);
        CompiledQuery<R> byName = mapping.naturalKey().byValue();
        Optional<R> found = sessions.read(
                mapping.entity, id(prepared), session -> Optional.ofNullable(existing(session, byName, prepared)));
        return found.orElseGet(() -> writing(prepared, session -> insertOr(session, byName, prepared)));
    }

    /** One statement if there is one of that name, two if not. */
    R upsert(R record) {
        R prepared = prepared(record);
        CompiledQuery<R> overwrite = mapping.naturalKey().updateByValue();
        return writing(prepared, session -> {
            R updated = existing(session, overwrite, prepared);
            return updated == null ? insertOr(session, overwrite, prepared) : updated;
        });
    }

    private R prepared(R record) {
        Objects.requireNonNull(record, "record");
        return repository.prepared(repository.initial(record));
    }

    private String id(R record) {
        return repository.idOf(record).value();
    }

    private R writing(R record, Work<R> work) {
        return Conflicts.naming(sessions, mapping, () -> sessions.write(mapping.entity, id(record), work));
    }

    /** If neither the insert nor the query finds a place, the key is taken by another: the plain insert says so. */
    private R insertOr(Session session, CompiledQuery<R> otherwise, R record) throws SQLException {
        int inserted = session.query(mapping.naturalKey().insertIfFree())
                .setAll(mapping.columns, record)
                .update();
        R existing = inserted == 1 ? record : existing(session, otherwise, record);
        return existing == null ? repository.insert(session, record) : existing;
    }

    private @Nullable R existing(Session session, CompiledQuery<R> query, R record) throws SQLException {
        var execution = session.query(query).setAll(mapping.columns, record);
        if (query == mapping.naturalKey().updateByValue()) {
            execution.set(mapping.updatedAt.parameter(), sessions.now());
        }
        return execution.first();
    }
}
