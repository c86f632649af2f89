package dev.modelscan.storage.internal.values;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Bounds of stored times. A caller may give any time; stored are those of the years 0 to 9999, in whole microseconds. */
public final class TimeBounds {

    public static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
    public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private TimeBounds() {}

    /** The first time that can be stored and is not before the bound; null if there is none. */
    public static @Nullable Instant firstStored(Instant bound) {
        if (bound.isAfter(LATEST)) {
            return null;
        }
        if (bound.isBefore(EARLIEST)) {
            return EARLIEST;
        }
        Instant whole = bound.truncatedTo(ChronoUnit.MICROS);
        return whole.equals(bound) ? whole : whole.plus(1, ChronoUnit.MICROS);
    }

    /**
     * What to compare a column with that has to be before a bound: the first time that can be stored from there on. If there is none, the
     * last one, so a row of exactly that microsecond counts as not before the bound.
     */
    public static Instant end(Instant bound) {
        Instant first = firstStored(bound);
        return first == null ? LATEST : first;
    }
}
