package dev.modelscan.storage.benchmark.harness;

import java.util.Locale;

/**
 * What a number should be.
 *
 * @param bound the limit
 * @param atLeast whether it is the least, or else the most
 */
public record Goal(double bound, boolean atLeast) {

    /** At least so much. */
    public static Goal atLeast(double bound) {
        return new Goal(bound, true);
    }

    /** At most so much. */
    public static Goal atMost(double bound) {
        return new Goal(bound, false);
    }

    boolean isMet(double value) {
        return atLeast ? value >= bound : value <= bound;
    }

    String words() {
        String number = bound == Math.rint(bound)
                ? String.format(Locale.ROOT, "%.0f", bound)
                : String.format(Locale.ROOT, "%s", bound);
        return (atLeast ? "at least " : "at most ") + number;
    }
}
