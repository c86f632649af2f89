package dev.modelscan.storage.internal.observation;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.metrics.Operation.Kind;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that tell a listener of each call. All that repositories, stored queries and tables do passes through their sessions, so
 * this is the one place; without a listener there is none of it.
 */
public final class Observed implements Sessions {

    private final Sessions sessions;

    private Observed(Sessions sessions) {
        this.sessions = sessions;
    }

    /** These sessions, observed if the database has a listener. */
    public static Sessions by(Sessions sessions) {
        return sessions.options().listeners().isEmpty() ? sessions : new Observed(sessions);
    }

    private Observation begin(Kind kind, @Nullable String entity, @Nullable String id) {
        return Observation.begin(sessions, kind, entity, id);
    }

    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        Observation observation = begin(Kind.READ, entity, id);
        return observation.of(() -> sessions.read(entity, id, observation.watched(work)));
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        Observation observation = begin(Kind.WRITE, entity, id);
        return observation.of(() -> sessions.write(entity, id, observation.watched(work)));
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        Observation observation = begin(Kind.WRITE, entity, id);
        return observation.of(() -> sessions.writeMany(entity, id, observation.watched(work)));
    }

    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        Observation observation = begin(Kind.WRITE, entity, id);
        return observation.of(() -> sessions.insert(entity, id, record, observation.watched(insert), stored));
    }

    @Override
    public void takeTurn(Session session, String name) throws SQLException {
        sessions.takeTurn(session, name);
    }

    @Override
    public Failure classify(SQLException e) {
        return sessions.classify(e);
    }

    @Override
    public DatabaseOptions options() {
        return sessions.options();
    }

    @Override
    public Dialect dialect() {
        return sessions.dialect();
    }

    @Override
    public @Nullable String actor() {
        return sessions.actor();
    }

    @Override
    public Instant now() {
        return sessions.now();
    }

    @Override
    public boolean readsAfterRefusal() {
        return sessions.readsAfterRefusal();
    }
}
