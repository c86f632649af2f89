package dev.modelscan.storage;

import dev.modelscan.storage.errors.InvalidDataException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * What a database was opened with; see {@link DatabaseBuilder} for each.
 *
 * @param readers how many connections to a SQLite file read at the same time
 * @param poolSize how many connections to a PostgreSQL server there are at the most in each of two pools: that of the
 *     repositories and transactions, and that of {@link Database#dsl()}
 * @param busyTimeout how long a call waits for a lock, for a connection, or for a server that is away
 * @param connectTimeout how long connecting to a server may take
 * @param queryTimeout how long a statement may take; zero for no limit
 * @param durability what a commit survives
 * @param isolation how far transactions are kept apart
 * @param maxJsonDepth the deepest nesting of JSON
 * @param maxValueBytes the longest text or JSON, in bytes of UTF-8
 * @param clock where {@code updatedAt} and the times of a status come from
 * @param readOnly whether nothing is written
 * @since 0.1
 */
public record DatabaseOptions(
        int readers,
        int poolSize,
        Duration busyTimeout,
        Duration connectTimeout,
        Duration queryTimeout,
        Durability durability,
        Isolation isolation,
        int maxJsonDepth,
        int maxValueBytes,
        Clock clock,
        boolean readOnly) {

    private static final Duration LONGEST = Duration.ofHours(24);

    /** Without a limit a server that is cut off would be waited for as long as the system waits, which is hours. */
    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(10);

    /** Checks the ranges. */
    public DatabaseOptions {
        Objects.requireNonNull(durability, "durability");
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(clock, "clock");
        requireRange("readers", readers, 1, 1_000);
        requireRange("poolSize", poolSize, 1, 1_000);
        requireRange("busyTimeout", busyTimeout, Duration.ZERO, Duration.ofHours(1));
        requireRange("connectTimeout", connectTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
        requireRange("queryTimeout", queryTimeout, Duration.ZERO, LONGEST);
        requireRange("maxJsonDepth", maxJsonDepth, 1, Json.MAX_DEPTH);
        requireRange("maxValueBytes", maxValueBytes, 1_024, 1_000_000_000);
    }

    /**
     * As many readers as cores, 10 pooled connections, 5 s for locks, 10 s to connect, 10 minutes for a statement, {@link
     * Durability#FULL}, {@link Isolation#SERIALIZABLE}, 100 levels, 16 MiB, the system's clock, reading and writing.
     */
    public static DatabaseOptions defaults() {
        return new DatabaseOptions(
                Runtime.getRuntime().availableProcessors(),
                10,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                LONGEST_STATEMENT,
                Durability.FULL,
                Isolation.SERIALIZABLE,
                100,
                16 * 1_024 * 1_024,
                Clock.systemUTC(),
                false);
    }

    private static void requireRange(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidDataException(
                    "database", null, field, String.format(Locale.ROOT, "%d is not in %,d to %,d", value, least, most));
        }
    }

    private static void requireRange(String field, Duration value, Duration least, Duration most) {
        if (Objects.requireNonNull(value, field).compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidDataException(
                    "database",
                    null,
                    field,
                    value + " is not in " + (least.isZero() ? "0" : least.toSeconds() + " s") + " to " + most.toHours()
                            + " hours");
        }
    }
}
