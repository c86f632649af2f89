package dev.modelscan.storage;

import java.time.Clock;
import java.time.Duration;

/**
 * What a database was opened with; see {@link Database.Builder} for each.
 *
 * @param readers how many connections read at the same time
 * @param busyTimeout how long a call waits for a lock
 * @param durability what a commit survives
 * @param maxJsonDepth the deepest nesting of JSON
 * @param maxValueBytes the longest text or JSON, in bytes of UTF-8
 * @param clock where {@code updatedAt} and the times of a status come from
 * @since 0.1
 */
public record DatabaseOptions(
        int readers, Duration busyTimeout, Durability durability, int maxJsonDepth, int maxValueBytes, Clock clock) {

    /** Checks the ranges. */
    public DatabaseOptions {
        require(readers >= 1 && readers <= 1_000, "readers", readers + " is not in 1 to 1,000");
        require(
                !busyTimeout.isNegative() && busyTimeout.compareTo(Duration.ofHours(1)) <= 0,
                "busyTimeout",
                busyTimeout + " is not in 0 to 1 hour");
        require(
                maxJsonDepth >= 1 && maxJsonDepth <= Json.MAX_DEPTH,
                "maxJsonDepth",
                maxJsonDepth + " is not in 1 to " + Json.MAX_DEPTH);
        require(
                maxValueBytes >= 1_024 && maxValueBytes <= 1_000_000_000,
                "maxValueBytes",
                maxValueBytes + " is not in 1,024 to 1,000,000,000");
    }

    /** As many readers as cores, 5 s, {@link Durability#FULL}, 100 levels, 16 MiB, the system's clock. */
    public static DatabaseOptions defaults() {
        return new DatabaseOptions(
                Runtime.getRuntime().availableProcessors(),
                Duration.ofSeconds(5),
                Durability.FULL,
                100,
                16 * 1_024 * 1_024,
                Clock.systemUTC());
    }

    private static void require(boolean holds, String field, String reason) {
        if (!holds) {
            throw new InvalidDataException("database", null, field, reason);
        }
    }
}
