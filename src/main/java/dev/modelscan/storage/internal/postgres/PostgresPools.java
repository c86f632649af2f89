package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pools for one server: one to read and write, and one for {@code dsl()}, which cannot write, reads
 * snapshots and may use a replica.
 */
public final class PostgresPools implements AutoCloseable {

    private final PostgresServer server;
    private final Watchdog watchdog;
    private @Nullable PostgresPool writing;
    private @Nullable PostgresPool reading;
    private boolean closed;

    /** Each pool is created at first use. */
    public PostgresPools(PostgresServer server) {
        this.server = server;
        this.watchdog = new Watchdog(PostgresDialect.INSTANCE, server.queryTimeout());
    }

    public PostgresServer server() {
        return server;
    }

    /** Watches what runs on a caller's connection. */
    void watch(Session session) {
        watchdog.watchWhileReachable(session);
    }

    synchronized PostgresPool writing() {
        PostgresPool made = writing;
        if (made == null) {
            requireOpen();
            made = new PostgresPool(server, watchdog, false, server.url(), "write");
            writing = made;
        }
        return made;
    }

    synchronized PostgresPool reading() {
        PostgresPool made = reading;
        if (made == null) {
            requireOpen();
            made = new PostgresPool(server, watchdog, true, server.readUrl(), "read");
            reading = made;
        }
        return made;
    }

    /** Nobody would close a pool that is created now. An existing pool reports itself that it is closed. */
    private void requireOpen() {
        if (closed) {
            throw new UnavailableException(server.name() + " is closed", null);
        }
    }

    /** Waits for calls in progress, which still need the pools. */
    @Override
    public void close() {
        List<PostgresPool> made;
        synchronized (this) {
            closed = true;
            made = Stream.of(Optional.ofNullable(writing), Optional.ofNullable(reading))
                    .flatMap(Optional::stream)
                    .toList();
        }
        made.forEach(PostgresPool::close);
        watchdog.close();
    }
}
