package dev.modelscan.storage.internal.codec;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Excerpt;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/**
 * UTC instants as ISO-8601 text of exactly 27 characters, {@code 2025-12-18T09:30:00.000000Z}. Fixed-width
 * text sorts by time. This one format is read or written in about 20 ns; {@link Instant#parse} takes over
 * 500.
 */
final class Timestamps {

    /** A time that has the form. */
    static final String EXAMPLE = "2025-12-18T09:30:00.000000Z";

    private static final int LENGTH = EXAMPLE.length();
    private static final int MOST_SHOWN = 60;
    private static final int SECONDS_PER_DAY = 86_400;
    private static final long FIRST_SECOND =
            Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private Timestamps() {}

    static Instant parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return parse(bytes, 0, bytes.length);
    }

    static Instant parse(byte[] text, int from, int to) {
        if (to - from != LENGTH
                || text[from + 4] != '-'
                || text[from + 7] != '-'
                || text[from + 10] != 'T'
                || text[from + 13] != ':'
                || text[from + 16] != ':'
                || text[from + 19] != '.'
                || text[from + 26] != 'Z') {
            throw malformed(text, from, to);
        }
        int century = pair(text, from);
        int yearOfCentury = pair(text, from + 2);
        int month = pair(text, from + 5);
        int day = pair(text, from + 8);
        int hour = pair(text, from + 11);
        int minute = pair(text, from + 14);
        int second = pair(text, from + 17);
        int fraction1 = pair(text, from + 20);
        int fraction2 = pair(text, from + 22);
        int fraction3 = pair(text, from + 24);
        // Negative if any of them is.
        int all = century | yearOfCentury | month | day | hour | minute | second | fraction1 | fraction2 | fraction3;
        if (all < 0 || hour > 23 || minute > 59 || second > 59) {
            throw malformed(text, from, to);
        }
        long days;
        try {
            days = LocalDate.of(century * 100 + yearOfCentury, month, day).toEpochDay();
        } catch (DateTimeException e) {
            throw malformed(text, from, to);
        }
        long seconds = days * SECONDS_PER_DAY + hour * 3_600L + minute * 60L + second;
        int micros = (fraction1 * 100 + fraction2) * 100 + fraction3;
        return Instant.ofEpochSecond(seconds, micros * 1_000L);
    }

    /**
     * The given time.
     *
     * @throws InvalidDataException if it is not in the years 0 to 9999; records check their times, queries do
     *     not
     */
    static Instant storable(Instant instant) {
        long seconds = instant.getEpochSecond();
        if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
            throw new InvalidDataException("query", null, "time", instant + " is not in the years 0 to 9999");
        }
        return instant;
    }

    /**
     * Formats a time, truncated to microseconds.
     *
     * @throws InvalidDataException if it is not in the years 0 to 9999
     */
    static String format(Instant instant) {
        Instant time = storable(instant);
        long seconds = time.getEpochSecond();
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, SECONDS_PER_DAY));
        int ofDay = Math.floorMod(seconds, SECONDS_PER_DAY);
        byte[] out = new byte[LENGTH];
        write(out, 0, 4, date.getYear());
        out[4] = '-';
        write(out, 5, 7, date.getMonthValue());
        out[7] = '-';
        write(out, 8, 10, date.getDayOfMonth());
        out[10] = 'T';
        write(out, 11, 13, ofDay / 3_600);
        out[13] = ':';
        write(out, 14, 16, ofDay / 60 % 60);
        out[16] = ':';
        write(out, 17, 19, ofDay % 60);
        out[19] = '.';
        write(out, 20, 26, time.getNano() / 1_000);
        out[26] = 'Z';
        return new String(out, StandardCharsets.ISO_8859_1);
    }

    /** The number of two digits; negative if they are not digits. */
    private static int pair(byte[] text, int at) {
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        return (tens | ones | 9 - tens | 9 - ones) < 0 ? -1 : tens * 10 + ones;
    }

    private static void write(byte[] out, int from, int to, int value) {
        int rest = value;
        for (int i = to - 1; i >= from; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static CorruptDatabaseException malformed(byte[] text, int from, int to) {
        return new CorruptDatabaseException(
                "stored time \"" + Excerpt.of(new String(text, from, to - from, StandardCharsets.UTF_8), MOST_SHOWN)
                        + "\" is not of the form " + EXAMPLE,
                null);
    }
}
