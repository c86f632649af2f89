package dev.modelscan.storage.internal.values;

import dev.modelscan.storage.Id;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Decimal numbers that are stored as a whole number of billionths. SQLite has no decimals, and adds up doubles
 * in another order than PostgreSQL; whole numbers add up to the same on both.
 */
public final class Decimals {

    /** How many digits after the point are kept. */
    public static final int DIGITS = 9;

    private static final BigDecimal MOST = BigDecimal.valueOf(9_223_372_036L);

    private Decimals() {}

    /** The value as it is stored: rounded, without zeros at its end. */
    public static BigDecimal required(String entity, Id id, String field, @Nullable BigDecimal given) {
        BigDecimal value = Checks.required(entity, id, field, given);
        // Compared before it is rounded: rounding 1e1000000 makes a million digits.
        if (value.abs().compareTo(MOST) > 0) {
            throw Checks.invalid(entity, id, field, "is not in -" + MOST + " to " + MOST);
        }
        // Less than a tenth of a billionth is 0: rounding 1e-1000000 makes a power of ten of a million digits.
        boolean tiny = value.precision() - (long) value.scale() < -DIGITS;
        return tiny ? BigDecimal.ZERO : plain(value.setScale(DIGITS, RoundingMode.HALF_UP));
    }

    /** {@link #required}, or null for null. */
    public static @Nullable BigDecimal optional(String entity, Id id, String field, @Nullable BigDecimal given) {
        return given == null ? null : required(entity, id, field, given);
    }

    /** The billionths of a value that {@link #required} returned. */
    public static @Nullable Long toNanos(@Nullable BigDecimal value) {
        return value == null ? null : value.movePointRight(DIGITS).longValueExact();
    }

    /** The value of that many billionths. */
    public static BigDecimal ofNanos(long nanos) {
        return plain(BigDecimal.valueOf(nanos, DIGITS));
    }

    /** {@link #ofNanos}, or null for null. */
    public static @Nullable BigDecimal optionalOfNanos(@Nullable Long nanos) {
        return nanos == null ? null : ofNanos(nanos);
    }

    private static BigDecimal plain(BigDecimal value) {
        BigDecimal shortest = value.stripTrailingZeros();
        return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
    }
}
