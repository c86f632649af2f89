package dev.modelscan.storage.internal.search;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.search.SearchProgress;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener how far the making of the search index has come. SQLite says it between its statements. PostgreSQL makes
 * each index by one statement, of which it tells other sessions: so a thread asks for it.
 */
final class SearchBuild implements AutoCloseable {

    private static final long PAUSE_MILLIS = 200;

    private final Consumer<? super SearchProgress> listener;

    /** The bytes before each table, by its oid. */
    private final Map<Long, Long> before = new HashMap<>();

    private long total;
    private int process;
    /** Used by the watching thread alone. */
    private long told;

    private @Nullable Thread thread;

    private SearchBuild(Consumer<? super SearchProgress> listener) {
        this.listener = listener;
    }

    /**
     * Begins to tell, until it is closed. It asks for the sizes of the tables at once, since others cannot when they are
     * locked.
     *
     * @param listener null if nobody listens, which costs no thread
     */
    static SearchBuild watched(Session session, Sessions sessions, @Nullable Consumer<? super SearchProgress> listener)
            throws SQLException {
        SearchBuild build = new SearchBuild(listener == null ? progress -> {} : listener);
        if (listener != null && session.dialect().hasSchemas()) {
            build.measure(session);
            build.watch(sessions);
        }
        return build;
    }

    /** Of texts, or bytes. */
    void at(long done, long of) {
        listener.accept(new SearchProgress(done, of));
    }

    private void measure(Session session) throws SQLException {
        try (Statement statement = session.connection().createStatement();
                ResultSet tables = statement.executeQuery(SearchScripts.of(session, "sizes"))) {
            while (tables.next()) {
                before.put(tables.getLong(1), total);
                total += tables.getLong(2);
                process = tables.getInt(3);
            }
        }
    }

    private void watch(Sessions sessions) {
        Thread watching = new Thread(
                () -> {
                    try {
                        while (true) {
                            Thread.sleep(PAUSE_MILLIS);
                            askOnce(sessions);
                        }
                    } catch (InterruptedException | RuntimeException e) {
                        // The index is made, or the listener has failed; the index is made all the same.
                    }
                },
                "modelscan-storage-search-progress");
        watching.setDaemon(true);
        watching.start();
        thread = watching;
    }

    private void askOnce(Sessions sessions) {
        try {
            sessions.read(null, null, this::ask);
        } catch (StorageException e) {
            // Such as a busy pool; the next time may tell.
        }
    }

    private boolean ask(Session session) throws SQLException {
        try (PreparedStatement statement =
                session.connection().prepareStatement(SearchScripts.of(session, "progress"))) {
            statement.setInt(1, process);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    long done = before.getOrDefault(row.getLong(1), 0L) + row.getLong(2);
                    // The server changes table and blocks one after the other, so a reading may mix two tables.
                    if (done >= told) {
                        told = done;
                        at(done, total);
                    }
                }
            }
        }
        return true;
    }

    /** Waits until the listener has been told for the last time. */
    @Override
    public void close() {
        Thread watching = thread;
        if (watching == null) {
            return;
        }
        watching.interrupt();
        boolean interrupted = false;
        while (watching.isAlive()) {
            try {
                watching.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
