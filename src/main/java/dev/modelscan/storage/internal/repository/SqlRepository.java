package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.Ranges;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jooq.Condition;
import org.jooq.OrderField;
import org.jspecify.annotations.Nullable;

/**
 * The common part of every repository, with its {@link Mapping}.
 *
 * @param <I> the key
 * @param <R> the record
 */
abstract class SqlRepository<I extends Id, R> implements Repository<I, R> {

    final Sessions sessions;
    private final Mapping<I, R> mapping;
    private final String entity;
    private final BulkInsert<I, R> bulk;

    SqlRepository(Sessions sessions, Mapping<I, R> mapping) {
        this.sessions = sessions;
        this.mapping = mapping;
        this.entity = mapping.entity;
        this.bulk = new BulkInsert<>(sessions, mapping, this::explain);
    }

    /** The record as a new one is stored: its status completes its times. */
    R initial(R record) {
        return record;
    }

    /** The record, checked against the limits of the database. */
    R prepared(R record) {
        for (Column<R, ?> column : mapping.columns.all()) {
            ValueLimits.check(sessions.options(), entity, idOf(record), column, column.get(record));
        }
        return record;
    }

    @Override
    public R create(R record) {
        Objects.requireNonNull(record, "record");
        R prepared = prepared(initial(record));
        I id = idOf(prepared);
        return Conflicts.naming(
                sessions,
                mapping,
                () -> sessions.insert(
                        entity,
                        id.value(),
                        prepared,
                        session -> insert(session, prepared),
                        session -> Optional.ofNullable(byId(session, id))));
    }

    @Override
    public List<R> createAll(Collection<? extends R> records) {
        Objects.requireNonNull(records, "records");
        List<R> prepared = new ArrayList<>(records.size());
        for (R record : records) {
            prepared.add(prepared(initial(Objects.requireNonNull(record, "records"))));
        }
        return prepared.isEmpty()
                ? List.of()
                : Conflicts.naming(
                        sessions,
                        mapping,
                        () -> sessions.writeMany(entity, null, session -> List.copyOf(insertAll(session, prepared))));
    }

    /** Stores new records with an insert of their kind. */
    final void createAll(CompiledQuery<Void> insert, List<R> records) {
        Conflicts.naming(
                sessions,
                mapping,
                () -> sessions.writeMany(entity, null, session -> {
                    bulk.insert(session, insert, mapping.inLockOrder(records));
                    return true;
                }));
    }

    /** Inserts one row. Returns the record as it is stored. */
    R insert(Session session, R record) throws SQLException {
        insertRow(session, record);
        return record;
    }

    /** Inserts many rows in lock order. Returns the stored records in the given order. */
    List<R> insertAll(Session session, List<R> records) throws SQLException {
        bulk.insert(session, mapping.insert, inInsertOrder(records));
        return records;
    }

    /** The order in which many rows are inserted. */
    List<R> inInsertOrder(List<R> records) {
        return mapping.inLockOrder(records);
    }

    private void insertRow(Session session, R record) throws SQLException {
        try {
            session.query(mapping.insert).setAll(mapping.columns, record).update();
        } catch (SQLException e) {
            throw explain(session, record, e);
        }
    }

    @Override
    public R get(I id) {
        Objects.requireNonNull(id, "id");
        return sessions.read(entity, id.value(), session -> required(session, id));
    }

    @Override
    public Optional<R> find(I id) {
        Objects.requireNonNull(id, "id");
        return sessions.read(entity, id.value(), session -> Optional.ofNullable(byId(session, id)));
    }

    final @Nullable R byId(Session session, I id) throws SQLException {
        return session.query(mapping.byId).set(mapping.id.parameter(), id).first();
    }

    @Override
    public R update(R record) {
        Objects.requireNonNull(record, "record");
        return update(mapping.update, record, stored -> true);
    }

    /**
     * Updates a record as a whole.
     *
     * @param isMeant whether this update may change the record that is stored; if not, it is treated as missing
     */
    final R update(CompiledQuery<R> update, R record, Predicate<R> isMeant) {
        R prepared = prepared(record);
        return Conflicts.naming(
                sessions,
                mapping,
                () -> sessions.write(entity, idOf(record).value(), session -> {
                    // Twice, because another may create the record after the first update.
                    for (int i = 0; i < 2; i++) {
                        R updated = updateRow(session, update, prepared);
                        if (updated != null) {
                            return updated;
                        }
                        requireUpdatable(session, prepared, isMeant);
                    }
                    throw new IllegalStateException(
                            entity + " " + idOf(record) + " matched nothing and differs in nothing");
                }));
    }

    private @Nullable R updateRow(Session session, CompiledQuery<R> update, R record) throws SQLException {
        try {
            Execution<R> execution = session.query(update).setAll(mapping.columns, record);
            return execution.set(mapping.updatedAt.parameter(), sessions.now()).first();
        } catch (SQLException e) {
            throw explain(session, record, e);
        }
    }

    /** Throws if the update does not fit to what is stored. */
    private void requireUpdatable(Session session, R record, Predicate<R> isMeant) throws SQLException {
        I id = idOf(record);
        R stored = byId(session, id);
        if (stored == null || !isMeant.test(stored)) {
            throw new NotFoundException(entity, id.value());
        }
        if (!Objects.equals(mapping.version.get(stored), mapping.version.get(record))) {
            throw new ConflictException(
                    entity + " " + id + " was changed by another: version " + mapping.version.get(stored)
                            + " is stored, " + mapping.version.get(record) + " was given; read it again",
                    entity,
                    id.value(),
                    null);
        }
        for (Map.Entry<Column<R, ?>, String> fixed : mapping.fixed.entrySet()) {
            Column<R, ?> column = fixed.getKey();
            if (!Objects.equals(column.get(stored), column.get(record))) {
                throw new InvalidDataException(
                        entity, id.value(), column.name(), "cannot be changed by update: " + fixed.getValue());
            }
        }
    }

    @Override
    public void delete(I id) {
        Objects.requireNonNull(id, "id");
        sessions.writeMany(entity, id.value(), session -> {
            try {
                hold(session, id);
                KeptDeletions.keep(sessions, session, entity, id.value(), mapping.table.get(), mapping.id.field());
                int deleted = deleteRow(session, id);
                if (deleted == 0) {
                    throw new NotFoundException(entity, id.value());
                }
                return deleted;
            } catch (SQLException e) {
                if (sessions.classify(e).kind() == Kind.FOREIGN_KEY) {
                    throw new ReferenceException(
                            entity + " " + id + " cannot be deleted: " + mapping.keptBy() + " refer to it",
                            entity,
                            id.value(),
                            e);
                }
                throw e;
            }
        });
    }

    /** Locks what a deletion has to lock before it reads. */
    void hold(Session session, I id) throws SQLException {}

    /** Deletes the row with that id; returns how many there were. */
    int deleteRow(Session session, I id) throws SQLException {
        return session.query(mapping.delete).set(mapping.id.parameter(), id).update();
    }

    @Override
    public List<R> list(int limit, int offset) {
        Ranges.require("limit", limit, 1, PageRequest.MAX_LIMIT);
        Ranges.require("offset", offset, 0, Integer.MAX_VALUE);
        return sessions.read(
                entity,
                null,
                session -> List.copyOf(session.query(mapping.list())
                        .set(Mapping.LIMIT, limit)
                        .set(Mapping.OFFSET, offset)
                        .list()));
    }

    @Override
    public Page<R> list(PageRequest request) {
        Objects.requireNonNull(request, "request");
        return fetch(mapping.page(), request, PagedQuery.Filter.NONE);
    }

    @Override
    public Page<R> list(Condition condition, List<? extends OrderField<?>> order, PageRequest request) {
        Objects.requireNonNull(condition, "condition");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(request, "request");
        FilteredPage<R> page = new FilteredPage<>(mapping, condition, order);
        return sessions.read(entity, null, session -> page.fetch(session, request));
    }

    final Page<R> fetch(PagedQuery<R> query, PageRequest request, PagedQuery.Filter filter) {
        return sessions.read(entity, null, session -> query.fetch(session, request, filter));
    }

    /** Updates one row. If no row matched, the record does not exist. */
    final R updateOne(Session session, CompiledQuery<R> update, I id, PagedQuery.Filter values) throws SQLException {
        R updated = tryUpdate(session, update, id, values);
        if (updated == null) {
            throw new NotFoundException(entity, id.value());
        }
        return updated;
    }

    /** Updates one row. Returns the stored row, or null if no row matched. */
    final @Nullable R tryUpdate(Session session, CompiledQuery<R> update, I id, PagedQuery.Filter values)
            throws SQLException {
        Execution<R> execution = session.query(update)
                .set(mapping.id.parameter(), id)
                .set(mapping.updatedAt.parameter(), sessions.now());
        values.bind(execution);
        return execution.first();
    }

    /** Changes the status. If no row matched, the current status does not allow the change. */
    final R transition(
            Session session,
            CompiledQuery<R> change,
            I id,
            PagedQuery.Filter values,
            String to,
            Function<R, String> statusOf)
            throws SQLException {
        R updated = tryUpdate(session, change, id, values);
        if (updated == null) {
            throw new InvalidTransitionException(entity, id.value(), statusOf.apply(required(session, id)), to);
        }
        return updated;
    }

    /** The record with that id. Throws if it does not exist. */
    final R required(Session session, I id) throws SQLException {
        R stored = byId(session, id);
        if (stored == null) {
            throw new NotFoundException(entity, id.value());
        }
        return stored;
    }

    final I idOf(R record) {
        return Objects.requireNonNull(mapping.id.get(record));
    }

    /**
     * Turns a rejected write into the exception that names the record, and the missing reference or the taken
     * value.
     */
    private SQLException explain(Session session, R record, SQLException e) throws SQLException {
        Failure failure = sessions.classify(e).whileWriting();
        String id = idOf(record).value();
        if (failure.kind() == Kind.FOREIGN_KEY) {
            for (Mapping.Reference<R, ?> reference : mapping.references) {
                Object missing = missing(session, failure, reference, record);
                if (missing != null) {
                    throw new ReferenceException(
                            entity + " " + id + ": " + reference.column().name() + ": " + reference.target() + " "
                                    + missing + " does not exist; create it first",
                            entity,
                            id,
                            e);
                }
            }
        }
        if (failure.kind() == Kind.UNIQUE) {
            Conflicts.throwTaken(session, mapping, failure, record);
        }
        if (!failure.breaksConnection()) {
            throw failure.toException(entity, id);
        }
        return e;
    }

    /**
     * The missing target of a reference, or null. Either the engine names the column, or the session can
     * still look the target up.
     */
    private static <R, T> @Nullable Object missing(
            Session session, Failure failure, Mapping.Reference<R, T> reference, R record) throws SQLException {
        T target = reference.column().get(record);
        if (target == null) {
            return null;
        }
        if (failure.detail() != null) {
            return failure.detail().equals(reference.column().name()) ? target : null;
        }
        if (!session.dialect().continuesAfterError()) {
            return null;
        }
        Integer found = session.query(reference.exists())
                .set(reference.column().parameter(), target)
                .first();
        return found == null ? target : null;
    }
}
