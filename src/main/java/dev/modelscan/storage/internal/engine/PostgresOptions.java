package dev.modelscan.storage.internal.engine;

import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a PostgreSQL server.
 *
 * @param url the driver's URL; null where there is a data source of the caller's
 * @param readUrl the URL of what {@code dsl()} reads from; null for the same server
 * @param user the role; null where the URL, the environment or the driver's defaults say it
 * @param password the role's password; null likewise
 * @param dataSource the caller's own; null where the library makes a pool
 * @param poolSize the most connections of the pool
 * @param connectTimeout how long connecting may take
 * @param busyTimeout how long to wait for a lock, a connection, or a server that is away
 * @param queryTimeout how long a statement may take; zero for no limit
 */
public record PostgresOptions(
        @Nullable String url,
        @Nullable String readUrl,
        @Nullable String user,
        @Nullable String password,
        @Nullable DataSource dataSource,
        int poolSize,
        Duration connectTimeout,
        Duration busyTimeout,
        Duration queryTimeout) {

    /** The role's password stays out of it. */
    @Override
    public String toString() {
        return "PostgresOptions[url=" + url + ", user=" + user + ", poolSize=" + poolSize + "]";
    }
}
