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
     * The defaults: as many readers as cores, a pool of 10 connections, a {@code busyTimeout} of 5 s, a
     * {@code connectTimeout} of 10 s, a {@code queryTimeout} of 10 minutes, {@link Durability#FULL},
     * {@link Isolation#SERIALIZABLE}, JSON of up to 100 levels, values of up to 16 MiB, the system's clock, reading and
     * writing, no deleted records kept, and no limit for all caches together and for connected workspaces.
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
     * If there are more, those that were unused for the longest time close their connections. Their next call opens new
     * ones, which takes a few milliseconds. Calls, transactions, streams and cursors keep their workspace connected.
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

    /** What a commit to a SQLite file survives. */
    Durability durability();

    /** The isolation of transactions that do not choose one. */
    Isolation isolation();

    /** The deepest nesting of JSON that is stored. */
    int maxJsonDepth();

    /** The longest text or JSON that is stored, in bytes of UTF-8. */
    int maxValueBytes();

    /** The clock for the times that the library sets when it writes; see {@link DatabaseBuilder#clock}. */
    Clock clock();

    /** How long deleted records are kept; zero if they are not. */
    Duration keepDeleted();

    /** Whether the database was opened read-only. */
    boolean readOnly();

    /** The application's migrations, in the order in which they are applied; immutable. */
    List<MigrationSet> migrations();

    /** The listeners for operations, in the order in which they are called; immutable. */
    List<OperationListener> listeners();

    /** Whether no migration is applied, and a database that lacks one is not opened. */
    boolean validateOnly();
}
