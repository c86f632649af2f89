package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
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
        return store.write(entity, id, acting(work));
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return store.writeMany(entity, id, acting(work));
    }

    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        // Who writes is a setting of a transaction, so the insert cannot commit by itself.
        return write(entity, id, insert);
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
        return store.transaction(isolation, session -> {
            begin(session);
            T result = body.run(session);
            end(session);
            return result;
        });
    }

    private <T extends @Nullable Object> Work<T> acting(Work<T> work) {
        return session -> {
            dialect().changes().actAs(session, actor);
            T result = work.run(session);
            if (!dialect().changes().forgetsActor()) {
                dialect().changes().actNoMore(session);
            }
            return result;
        };
    }

    private void begin(Session session) {
        try {
            dialect().changes().actAs(session, actor);
        } catch (SQLException e) {
            throw classify(e).whileWriting().toException(null, null);
        }
    }

    private void end(Session session) {
        try {
            if (!dialect().changes().forgetsActor()) {
                dialect().changes().actNoMore(session);
            }
        } catch (SQLException e) {
            throw classify(e).whileWriting().toException(null, null);
        }
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
    public RepairResult repair(Consumer<? super DoctorProgress> listener) {
        return store.repair(listener);
    }

    @Override
    public long compact() {
        return store.compact();
    }

    @Override
    public @Nullable String scrub() {
        return store.scrub();
    }

    @Override
    public void close() {}

    /** Work in a transaction that goes on without the store's actor. */
    public static <T extends @Nullable Object> Work<T> acting(Store store, Work<T> work) {
        String actor = store.actor();
        if (actor == null) {
            return work;
        }
        Changes changes = store.dialect().changes();
        return session -> {
            changes.actAs(session, actor);
            T result;
            try {
                result = work.run(session);
            } catch (SQLException | RuntimeException | Error e) {
                // If a refused statement has ended the transaction, this fails, and its end forgets the actor.
                if (!changes.forgetsActor() || !Failure.isOfMachine(e)) {
                    Cleanup.after(e, () -> changes.actNoMore(session));
                }
                throw e;
            }
            changes.actNoMore(session);
            return result;
        };
    }
}
