package dev.modelscan.storage.internal.values;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * Checks options and limits. A wrong one is an {@link IllegalArgumentException} that names it, its value and
 * its range.
 */
public final class Ranges {

    private Ranges() {}

    public static void require(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s is %d; it has to be %,d to %,d", option, value, least, most));
        }
    }

    public static void require(String option, Duration value, Duration least, Duration most) {
        if (Objects.requireNonNull(value, option).compareTo(least) < 0 || value.compareTo(most) > 0) {
            String from = least.isZero() ? "0" : least.toSeconds() + " s";
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "%s is %s; it has to be %s to %d h", option, value, from, most.toHours()));
        }
    }
}
