package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times as files write them. */
final class WrittenTimes {

    // Numbers of seconds, milliseconds, microseconds and nanoseconds since 1970 do not overlap between 1973 and 5138.
    private static final List<BigDecimal> SCALES =
            List.of(BigDecimal.ONE, new BigDecimal("1e3"), new BigDecimal("1e6"), new BigDecimal("1e9"));
    private static final BigDecimal LEAST_SECONDS = new BigDecimal("1e8");
    private static final BigDecimal MOST_SECONDS = new BigDecimal("1e11");

    private static final Pattern NUMBER = Pattern.compile("\\d{9,20}(\\.\\d{1,20})?([eE]\\+?\\d{1,2})?");

    private static final Pattern ISO =
            Pattern.compile("(\\d{4})[-/]?(\\d\\d)[-/]?(\\d\\d)[Tt ](\\d\\d):?(\\d\\d)(:?(\\d\\d))?"
                    + "([.,](\\d{1,9})\\d*)? ?(([+-]\\d\\d)(:?(\\d\\d))?|[Zz]|UTC|GMT)?(\\[.*])?");

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private WrittenTimes() {}

    /**
     * A time: ISO 8601, also with a space or with slashes, in UTC if it names no offset; the form of RFC 1123; or a number,
     * also as text, of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size. Null for
     * anything else, for a date without a time of day, and outside of the years 0 to 9999, which no database stores.
     */
    static @Nullable Instant of(JsonNode value) {
        try {
            Instant time = value.isNumber()
                    ? epoch(value.decimalValue())
                    : value.isTextual() ? of(value.textValue().strip()) : null;
            return time == null || time.isBefore(FIRST) || time.isAfter(LAST) ? null : time;
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    private static @Nullable Instant of(String text) {
        if (text.length() > 80) {
            return null;
        }
        if (NUMBER.matcher(text).matches()) {
            return epoch(new BigDecimal(text));
        }
        Matcher iso = ISO.matcher(text);
        if (iso.matches()) {
            String second = iso.group(7) == null ? "00" : iso.group(7);
            String fraction = iso.group(9) == null ? "" : "." + iso.group(9);
            return LocalDateTime.parse(iso.group(1) + "-" + iso.group(2) + "-" + iso.group(3) + "T" + iso.group(4) + ":"
                            + iso.group(5) + ":" + second + fraction)
                    .toInstant(offset(iso));
        }
        return text.length() > 20 && Character.isLetter(text.charAt(0))
                ? OffsetDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant()
                : null;
    }

    private static ZoneOffset offset(Matcher iso) {
        if (iso.group(11) == null) {
            return ZoneOffset.UTC;
        }
        return ZoneOffset.of(iso.group(11) + ":" + (iso.group(13) == null ? "00" : iso.group(13)));
    }

    private static @Nullable Instant epoch(BigDecimal number) {
        if (number.compareTo(LEAST_SECONDS) < 0) {
            return null;
        }
        for (BigDecimal scale : SCALES) {
            if (number.compareTo(MOST_SECONDS.multiply(scale)) < 0) {
                BigDecimal nanos = number.multiply(SCALES.get(3)).divideToIntegralValue(scale);
                long whole = nanos.longValueExact();
                return Instant.ofEpochSecond(
                        Math.floorDiv(whole, 1_000_000_000L), Math.floorMod(whole, 1_000_000_000L));
            }
        }
        return null;
    }
}
