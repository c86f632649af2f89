package dev.modelscan.storage.internal.values;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.InvalidDataException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The checks that records and ids make in their constructors, so that every instance can be stored on every
 * engine.
 */
public final class Checks {

    // Stored times have four digits for the year.
    private static final long EARLIEST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long END = Instant.parse("+10000-01-01T00:00:00Z").getEpochSecond();
    private static final int NANOS_PER_MICRO = 1_000;

    private Checks() {}

    public static <T> T required(String entity, @Nullable Id id, String field, @Nullable T value) {
        if (value == null) {
            throw invalid(entity, id, field, "is required");
        }
        return value;
    }

    /** Text of 1 to 255 characters that is not blank. */
    public static String name(String entity, @Nullable Id id, String field, @Nullable String value) {
        return accepted(entity, id, field, value, TextRules.nameProblem(required(entity, id, field, value)));
    }

    /** {@link #name}, or null. */
    public static void optionalName(String entity, @Nullable Id id, String field, @Nullable String value) {
        if (value != null) {
            name(entity, id, field, value);
        }
    }

    /** A number from 0, or null. */
    public static void notNegative(String entity, @Nullable Id id, String field, @Nullable Long value) {
        if (value != null && value < 0) {
            throw invalid(entity, id, field, value + " is negative");
        }
    }

    /** Text that every engine returns unchanged. */
    public static String text(String entity, @Nullable Id id, String field, @Nullable String value) {
        return accepted(entity, id, field, value, TextRules.problem(required(entity, id, field, value)));
    }

    private static String accepted(
            String entity, @Nullable Id id, String field, @Nullable String value, @Nullable String problem) {
        if (problem != null) {
            throw invalid(entity, id, field, problem);
        }
        return required(entity, id, field, value);
    }

    public static @Nullable String optionalText(String entity, Id id, String field, @Nullable String value) {
        return value == null ? null : text(entity, id, field, value);
    }

    public static Json object(String entity, Id id, String field, @Nullable Json given) {
        Json value = required(entity, id, field, given);
        if (!value.isObject()) {
            throw invalid(entity, id, field, "is not a JSON object");
        }
        return value;
    }

    /** A time that can be stored, in whole microseconds. */
    public static Instant time(String entity, Id id, String field, @Nullable Instant given) {
        Instant value = required(entity, id, field, given);
        if (value.getEpochSecond() < EARLIEST || value.getEpochSecond() >= END) {
            throw invalid(entity, id, field, value + " is not in the years 0 to 9999");
        }
        // Truncating a whole value costs more than all the other checks of a row.
        return value.getNano() % NANOS_PER_MICRO == 0 ? value : value.truncatedTo(ChronoUnit.MICROS);
    }

    public static @Nullable Instant optionalTime(String entity, Id id, String field, @Nullable Instant value) {
        return value == null ? null : time(entity, id, field, value);
    }

    public static InvalidDataException invalid(String entity, @Nullable Id id, String field, String reason) {
        return new InvalidDataException(entity, id == null ? null : id.value(), field, reason);
    }
}
