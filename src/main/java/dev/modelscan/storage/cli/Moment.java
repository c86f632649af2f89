package dev.modelscan.storage.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** A time as an option says it: a day, which begins at midnight UTC; a time; or how long ago. */
final class Moment implements ITypeConverter<Instant> {

    static final String HELP =
            "a day (2026-01-31, from midnight UTC), a time (2026-01-31T12:00:00Z), or how long ago (30m, 12h, 7d)";

    private static final Pattern AGO = Pattern.compile("(\\d{1,6})([mhd])");

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    @Override
    public Instant convert(String text) {
        Instant time = time(text);
        if (time.isBefore(FIRST) || !time.isBefore(END)) {
            throw new TypeConversionException("'" + text + "' is not in the years 0 to 9999");
        }
        return time;
    }

    /** Refuses times between which nothing can be, such as two that were given the wrong way round. */
    static void requireOrder(CommandSpec spec, @Nullable Instant since, @Nullable Instant until) {
        if (since != null && until != null && !since.isBefore(until)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--since " + since + " is not before --until " + until + ", so nothing matches");
        }
    }

    private static Instant time(String text) {
        Matcher ago = AGO.matcher(text);
        if (ago.matches()) {
            long count = Long.parseLong(ago.group(1));
            return Instant.now()
                    .minus(
                            switch (ago.group(2)) {
                                case "m" -> Duration.ofMinutes(count);
                                case "h" -> Duration.ofHours(count);
                                default -> Duration.ofDays(count);
                            });
        }
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text + "' is not a time; give " + HELP);
        }
    }
}
