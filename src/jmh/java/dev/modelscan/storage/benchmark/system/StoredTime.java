package dev.modelscan.storage.benchmark.system;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;

/** Times as the schema holds them, read and written by position. {@code Instant.parse} would hide what is compared. */
final class StoredTime {

    private static final int SECONDS_PER_DAY = 86_400;

    private StoredTime() {}

    static Instant parse(String text) {
        if (text == null) {
            return null;
        }
        long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                .toEpochDay();
        long second = number(text, 11, 13) * 3_600L + number(text, 14, 16) * 60L + number(text, 17, 19);
        return Instant.ofEpochSecond(day * SECONDS_PER_DAY + second, number(text, 20, 26) * 1_000L);
    }

    static String format(Instant instant) {
        if (instant == null) {
            return null;
        }
        long seconds = instant.getEpochSecond();
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, SECONDS_PER_DAY));
        int ofDay = Math.floorMod(seconds, SECONDS_PER_DAY);
        byte[] out = "0000-00-00T00:00:00.000000Z".getBytes(StandardCharsets.ISO_8859_1);
        put(out, 4, date.getYear());
        put(out, 7, date.getMonthValue());
        put(out, 10, date.getDayOfMonth());
        put(out, 13, ofDay / 3_600);
        put(out, 16, ofDay / 60 % 60);
        put(out, 19, ofDay % 60);
        put(out, 26, instant.getNano() / 1_000);
        return new String(out, StandardCharsets.ISO_8859_1);
    }

    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    private static void put(byte[] out, int end, int value) {
        int rest = value;
        for (int i = end - 1; rest > 0; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
