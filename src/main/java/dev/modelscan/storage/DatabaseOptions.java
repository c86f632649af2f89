package dev.modelscan.storage;

import dev.modelscan.storage.metrics.OperationListener;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * What a database was opened with; see {@link DatabaseBuilder} for each. Immutable.
 *
 * @since 0.1.0
 */
public sealed interface DatabaseOptions permits CheckedOptions {

    /**
     * As many readers as cores, 10 pooled connections, 5 s for locks, 10 s to connect, 10 minutes for a statement,
     * {@link Durability#FULL}, {@link Isolation#SERIALIZABLE}, 100 levels, 16 MiB, the system's clock, reading and
     * writing, deleted records not kept, no limit for caches and for workspaces.
     */
    static DatabaseOptions defaults() {
        return CheckedOptions.DEFAULTS;
    }

    /** How many connections to a SQLite file read at the same time. */
    int readers();

    /**
     * The maximum number of bytes of a SQLite file that the connections keep in memory, all of the database together,
     * or of all workspaces that were opened together. All connections have equal parts of it, between 125 KiB and 16
     * MB, so many connections may take more than a small size. Zero for up to 16 MB for each.
     */
    long cacheSize();

    /**
     * How many workspaces of a SQLite directory keep connections to their files while nobody uses them; zero for all.
     * Of more, those that were not used for the longest time close theirs, and open new ones at their next call, which
     * takes a few milliseconds. Calls, transactions, streams and cursors keep their workspace connected.
     */
    int maxConnectedWorkspaces();

    /**
     * The maximum number of connections to a PostgreSQL server in each of two pools: that of the
     * repositories and transactions, and that of {@link Database#dsl()}.
     */
    int poolSize();

    /** How long a call waits for others; {@link DatabaseBuilder#busyTimeout} lists the waits. */
    Duration busyTimeout();

    /** How long connecting to a server may take. */
    Duration connectTimeout();

    /** How long a statement may take; zero for no limit. */
    Duration queryTimeout();

    /** What a commit survives. */
    Durability durability();

    /** How far transactions are kept apart. */
    Isolation isolation();

    /** The deepest nesting of JSON. */
    int maxJsonDepth();

    /** The longest text or JSON, in bytes of UTF-8. */
    int maxValueBytes();

    /** Where {@code updatedAt} and the times of a status come from. */
    Clock clock();

    /** How long deleted records are kept; zero if they are not. */
    Duration keepDeleted();

    /** Whether nothing is written. */
    boolean readOnly();

    /** The application's migrations, in the order in which they are applied; immutable. */
    List<MigrationSet> migrations();

    /** Who is told of each operation, in the order in which they were given; immutable. */
    List<OperationListener> listeners();

    /** Whether no migration is applied, and a database that lacks one is not opened. */
    boolean validateOnly();
}
