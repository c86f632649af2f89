package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What the library does over one session. It may be run again after a lock error, so it has no effect but on the session.
 *
 * @param <T> the result
 */
@FunctionalInterface
public interface Work<T extends @Nullable Object> {

    /** Does it. */
    T run(Session session) throws SQLException;
}
