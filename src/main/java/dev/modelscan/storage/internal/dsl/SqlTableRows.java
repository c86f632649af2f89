package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Execution;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.queries.TableRows;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jooq.TableRecord;
import org.jspecify.annotations.Nullable;

/** Works with a {@link CallersTable} on sessions. */
public final class SqlTableRows<K, X extends TableRecord<X>, R> implements TableRows<K, R> {

    private final Sessions sessions;
    private final CallersTable<K, X, R> table;
    private final String entity;

    public SqlTableRows(Sessions sessions, CallersTable<K, X, R> table) {
        this.sessions = sessions;
        this.table = table;
        this.entity = table.entity();
    }

    @Override
    public R insert(R row) {
        X given = table.newRow(row);
        @Nullable Object[] expected = table.read(given);
        return table.insert.map(sessions.write(
                entity,
                table.name(table.keyOf(given)),
                session -> readable(
                        table.insert,
                        Objects.requireNonNull(written(session, table.insert, table.all(given))),
                        expected)));
    }

    /**
     * A row that the application cannot read is not stored. What the schema refuses is told before. The schema may have
     * changed or completed a row, so one that is not as {@code expected} is read here, and only that one: the application's
     * function would hold up other writers.
     */
    private static @Nullable Object[] readable(
            CallersQuery<?> write, @Nullable Object[] stored, @Nullable Object @Nullable [] expected) {
        if (!Arrays.deepEquals(stored, expected)) {
            write.map(stored);
        }
        return stored;
    }

    @Override
    public R get(K key) {
        return find(key).orElseThrow(() -> new NotFoundException(entity, table.name(key)));
    }

    @Override
    public Optional<R> find(K key) {
        Optional<@Nullable Object[]> found =
                sessions.read(entity, table.name(key), session -> Optional.ofNullable(byKey(session, key)));
        return found.map(table.byKey::map);
    }

    private @Nullable Object @Nullable [] byKey(Session session, K key) throws SQLException {
        Execution<@Nullable Object[]> execution =
                session.query(table.byKey.start()).set(CallersQuery.LIMIT, 1);
        table.key(key).bind(execution);
        return execution.first();
    }

    private static @Nullable Object @Nullable [] written(Session session, CallersQuery<?> write, GivenValues values)
            throws SQLException {
        Execution<@Nullable Object[]> execution = session.query(write.start());
        values.bindKnown(execution);
        return execution.first();
    }

    @Override
    public Page<R> list(PageRequest request) {
        return new SqlQueryRun<>(sessions, table.page, false).page(request);
    }

    @Override
    public R update(R row) {
        X given = table.changed(row);
        K key = table.keyOf(given);
        @Nullable Object[] expected = table.read(table.next(given));
        return table.update.map(sessions.write(entity, table.name(key), session -> {
            @Nullable Object[] updated = written(session, table.update, table.all(given));
            if (updated == null) {
                throw refused(byKey(session, key), table.name(key), table.versionOf(given));
            }
            return readable(table.update, updated, expected);
        }));
    }

    private RuntimeException refused(@Nullable Object @Nullable [] stored, String id, @Nullable Long given) {
        if (stored == null) {
            return new NotFoundException(entity, id);
        }
        return new ConflictException(
                entity + " " + id + " was changed by another: version " + table.storedVersion(stored) + " is stored, "
                        + given + " was given; read it again",
                entity,
                id,
                null);
    }

    @Override
    public void delete(K key) {
        String id = table.name(key);
        sessions.writeMany(entity, id, session -> {
            Execution<Void> execution = session.query(table.delete.compiled());
            table.key(key).bind(execution);
            int deleted;
            try {
                deleted = execution.update();
            } catch (SQLException e) {
                if (sessions.classify(e).kind() == Kind.FOREIGN_KEY) {
                    throw new ReferenceException(
                            entity + " " + id + " cannot be deleted: other records refer to it", entity, id, e);
                }
                throw e;
            }
            if (deleted == 0) {
                throw new NotFoundException(entity, id);
            }
            return deleted;
        });
    }
}
