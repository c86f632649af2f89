package dev.modelscan.storage;

import dev.modelscan.storage.internal.dsl.TimeExpressions;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jooq.Field;

/**
 * Stored times in queries of {@link Repositories#dsl()}: days, hours, weeks, buckets and spans, with the same rows on
 * every engine, to the microsecond. A time column itself can be selected, compared, sorted, grouped and counted;
 * everything else about it is asked through this class. A cast, {@code extract} or date arithmetic of a time column is
 * rejected when the query is rendered.
 *
 * <pre>{@code
 * Field<LocalDate> day = Times.day(TASKS.COMPLETED_AT, ZoneId.of("Europe/Berlin")).as("day");
 * dsl.select(day, count()).from(TASKS).where(TASKS.STATUS.eq(TaskStatus.FAILED)).groupBy(day).orderBy(day)
 * }</pre>
 *
 * <p>All are null if the time is null. Without a zone they are in UTC. A zone is computed from the rules of this JVM,
 * including daylight saving up to the year 2100, whose first day's offset holds for all later times. What these return
 * is a number in SQL: a {@link LocalDate} can be compared, sorted and grouped, but means nothing to the database's own
 * functions.
 *
 * @since 0.1.0
 */
public final class Times {

    private Times() {}

    /** The calendar day in UTC. */
    public static Field<LocalDate> day(Field<Instant> time) {
        return day(time, ZoneOffset.UTC);
    }

    /** The calendar day in a zone. */
    public static Field<LocalDate> day(Field<Instant> time, ZoneId zone) {
        return TimeExpressions.day(time, zone);
    }

    /** The Monday of the week in UTC. */
    public static Field<LocalDate> week(Field<Instant> time) {
        return week(time, ZoneOffset.UTC);
    }

    /** The Monday of the week in a zone. */
    public static Field<LocalDate> week(Field<Instant> time, ZoneId zone) {
        return TimeExpressions.week(time, zone);
    }

    /** The month in UTC. */
    public static Field<YearMonth> month(Field<Instant> time) {
        return month(time, ZoneOffset.UTC);
    }

    /** The month in a zone. */
    public static Field<YearMonth> month(Field<Instant> time, ZoneId zone) {
        return TimeExpressions.month(time, zone);
    }

    /** The year in UTC. */
    public static Field<Integer> year(Field<Instant> time) {
        return year(time, ZoneOffset.UTC);
    }

    /** The year in a zone. */
    public static Field<Integer> year(Field<Instant> time, ZoneId zone) {
        return TimeExpressions.year(time, zone);
    }

    /** The day of the week in UTC. Sorts from Monday to Sunday. */
    public static Field<DayOfWeek> weekday(Field<Instant> time) {
        return weekday(time, ZoneOffset.UTC);
    }

    /** The day of the week in a zone. Sorts from Monday to Sunday. */
    public static Field<DayOfWeek> weekday(Field<Instant> time, ZoneId zone) {
        return TimeExpressions.weekday(time, zone);
    }

    /** The hour of the day in UTC, 0 to 23. */
    public static Field<Integer> hour(Field<Instant> time) {
        return hour(time, ZoneOffset.UTC);
    }

    /** The hour of the day on a zone's clock, 0 to 23. */
    public static Field<Integer> hour(Field<Instant> time, ZoneId zone) {
        return TimeExpressions.hour(time, zone);
    }

    /** {@link #bucket(Field, Duration, ZoneId)} in UTC. */
    public static Field<Instant> bucket(Field<Instant> time, Duration length) {
        return bucket(time, length, ZoneOffset.UTC);
    }

    /**
     * The start of the interval that the time is in. The intervals of a day begin at multiples of the length on a
     * zone's clock, counted from midnight. Around a change of the clock:
     *
     * <ul>
     *   <li>An interval whose begin the clock skips begins with the change.
     *   <li>An interval that is longer than what the clock shows twice is one, and lasts longer than others: 24 hours
     *       are the local day, of 23 or 25 hours.
     *   <li>A shorter interval, or one of that length, counts twice: an hour that the clock shows twice gives two
     *       buckets. After the change none begins before the change.
     * </ul>
     *
     * @param length whole microseconds of which a day of 24 hours is a multiple, such as 5 minutes or 6 hours
     * @param zone whose midnight; matters for lengths beyond its offset's smallest unit, such as an hour in Kathmandu
     * @throws IllegalArgumentException if the length does not divide a day; for longer intervals there are
     *     {@link #week} and {@link #month}
     */
    public static Field<Instant> bucket(Field<Instant> time, Duration length, ZoneId zone) {
        return TimeExpressions.bucket(time, length, zone);
    }

    /**
     * How long it is from one time to another, exactly; negative if {@code to} is the earlier one. Can be compared,
     * sorted, and given to {@code min} and {@code max}; for sums and averages there is {@link #seconds}.
     */
    public static Field<Duration> between(Field<Instant> from, Field<Instant> to) {
        return TimeExpressions.between(from, to);
    }

    /**
     * The seconds from one time to another, negative if {@code to} is the earlier one: the double that is nearest to
     * the exact number of microseconds. Engines add doubles in an order of their own, so the last digits of a sum or an
     * average may differ.
     */
    public static Field<Double> seconds(Field<Instant> from, Field<Instant> to) {
        return TimeExpressions.seconds(from, to);
    }

    /**
     * The time of the database's clock when the statement began: milliseconds on SQLite, microseconds on a server. The
     * same for all rows of a statement.
     */
    public static Field<Instant> now() {
        return TimeExpressions.now();
    }

    /** A time that much later. Null if it is not in the years 0 to 9999. Fractions of a microsecond are cut off. */
    public static Field<Instant> plus(Field<Instant> time, Duration duration) {
        return TimeExpressions.plus(time, duration);
    }

    /** A time that much earlier. Null if it is not in the years 0 to 9999. Fractions of a microsecond are cut off. */
    public static Field<Instant> minus(Field<Instant> time, Duration duration) {
        return TimeExpressions.minus(time, duration);
    }
}
