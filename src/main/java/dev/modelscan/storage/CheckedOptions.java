package dev.modelscan.storage;

import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.metrics.OperationListener;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Options whose ranges were checked. */
record CheckedOptions(
        int readers,
        long cacheSize,
        int maxConnectedWorkspaces,
        int poolSize,
        Duration busyTimeout,
        Duration connectTimeout,
        Duration queryTimeout,
        Durability durability,
        Isolation isolation,
        int maxJsonDepth,
        int maxValueBytes,
        Clock clock,
        Duration keepDeleted,
        boolean readOnly,
        List<MigrationSet> migrations,
        List<OperationListener> listeners,
        boolean validateOnly)
        implements DatabaseOptions {

    // Without a limit for a statement, a server that is cut off would be waited for as long as the system
    // waits: hours.
    static final CheckedOptions DEFAULTS = new CheckedOptions(
            /* readers= */ Runtime.getRuntime().availableProcessors(),
            /* cacheSize= */ 0,
            /* maxConnectedWorkspaces= */ 0,
            /* poolSize= */ 10,
            /* busyTimeout= */ Duration.ofSeconds(5),
            /* connectTimeout= */ Duration.ofSeconds(10),
            /* queryTimeout= */ Duration.ofMinutes(10),
            /* durability= */ Durability.FULL,
            /* isolation= */ Isolation.SERIALIZABLE,
            /* maxJsonDepth= */ 100,
            /* maxValueBytes= */ 16 * 1_024 * 1_024,
            /* clock= */ Clock.systemUTC(),
            /* keepDeleted= */ Duration.ZERO,
            /* readOnly= */ false,
            /* migrations= */ List.of(),
            /* listeners= */ List.of(),
            /* validateOnly= */ false);

    CheckedOptions {
        Objects.requireNonNull(durability, "durability");
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(clock, "clock");
        migrations = List.copyOf(migrations);
        listeners = List.copyOf(listeners);
        Ranges.require("readers", readers, 1, 1_000);
        Ranges.require("cacheSize", cacheSize, 0, 1L << 40);
        Ranges.require("maxConnectedWorkspaces", maxConnectedWorkspaces, 0, 1_000_000);
        Ranges.require("poolSize", poolSize, 1, 1_000);
        Ranges.require("busyTimeout", busyTimeout, Duration.ZERO, Duration.ofHours(1));
        Ranges.require("connectTimeout", connectTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
        Ranges.require("queryTimeout", queryTimeout, Duration.ZERO, Duration.ofHours(24));
        Ranges.require("keepDeleted", keepDeleted, Duration.ZERO, Duration.ofDays(36_500));
        Ranges.require("maxJsonDepth", maxJsonDepth, 1, Json.MAX_DEPTH);
        Ranges.require("maxValueBytes", maxValueBytes, 1_024, 1_000_000_000);
    }
}
