package dev.modelscan.storage.internal.dsl;

import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.query.QueryParts;
import dev.modelscan.storage.internal.values.TimeBounds;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.TableField;
import org.jooq.impl.CustomField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Arithmetic on stored times, the same on both engines. A time becomes whole microseconds since 1970, and
 * everything else is operations on 64-bit integers, which are the same on both. Dates, weekdays and months
 * are integers in SQL, and become Java types when they are read, so no engine's calendar matters.
 *
 * <p>The templates are what jOOQ cannot express: on SQLite a time is text, and its date functions use
 * milliseconds. Constants are inlined, because PostgreSQL accepts a selected expression in GROUP BY only if
 * both have the same constants.
 */
public final class TimeExpressions {

    private static final long SECOND = 1_000_000L;
    private static final long DAY = 86_400 * SECOND;
    // The Gregorian calendar repeats after this many days, which are 4,800 months and whole weeks.
    private static final long CYCLE_DAYS = 146_097;
    private static final long CYCLE_MONTHS = 4_800;
    // Days from the year -400 to 1970. Makes all operands positive, because SQL's division rounds towards
    // zero.
    private static final long DAYS_BEFORE = 719_528 + CYCLE_DAYS;
    // 1970 began on a Thursday.
    private static final long TO_MONDAY =
            Math.floorMod(DayOfWeek.THURSDAY.getValue() - 1 - DAYS_BEFORE, DayOfWeek.values().length);

    private static final Instant FIRST = TimeBounds.EARLIEST;
    private static final Instant LAST = TimeBounds.LATEST;
    // Longer than from the first year to the last, so no stored times are as far apart.
    private static final Duration LONGEST = Duration.ofDays(3_660_000);
    // The rules for daylight saving time have no end, but their SQL must have one.
    private static final Instant LAST_TRANSITION = Instant.parse("2100-01-01T00:00:00Z");

    private static final DataType<LocalDate> DATE = SQLDataType.BIGINT.asConvertedDataType(
            Converter.ofNullable(Long.class, LocalDate.class, LocalDate::ofEpochDay, LocalDate::toEpochDay));
    private static final DataType<YearMonth> MONTH = SQLDataType.BIGINT.asConvertedDataType(Converter.ofNullable(
            Long.class,
            YearMonth.class,
            TimeExpressions::yearMonth,
            month -> month.getLong(ChronoField.PROLEPTIC_MONTH)));
    private static final DataType<DayOfWeek> WEEKDAY = SQLDataType.BIGINT.asConvertedDataType(Converter.ofNullable(
            Long.class, DayOfWeek.class, n -> DayOfWeek.of(n.intValue()), day -> (long) day.getValue()));
    private static final DataType<Duration> ELAPSED = SQLDataType.BIGINT.asConvertedDataType(Converter.ofNullable(
            Long.class, Duration.class, n -> Duration.of(n, ChronoUnit.MICROS), TimeExpressions::micros));
    private static final Set<Class<?>> COMPUTED =
            Set.of(LocalDate.class, YearMonth.class, DayOfWeek.class, Duration.class);

    private TimeExpressions() {}

    /**
     * Whether the type is an integer in SQL that stands for a date, a month, a weekday or a duration of this
     * class.
     */
    static boolean isComputed(DataType<?> type) {
        return COMPUTED.contains(type.getType()) && type.getConverter().fromType() == Long.class;
    }

    private static YearMonth yearMonth(long months) {
        return YearMonth.of(Math.toIntExact(Math.floorDiv(months, 12L)), Math.floorMod(months, 12) + 1);
    }

    /** A duration in whole microseconds, cut off towards 0; may be negative. One beyond {@link #LONGEST} is that. */
    private static long micros(Duration duration) {
        Duration within = within(duration);
        return within.isNegative()
                ? -micros(within.negated())
                : Math.addExact(Math.multiplyExact(within.getSeconds(), SECOND), within.getNano() / 1_000);
    }

    private static Duration within(Duration duration) {
        if (duration.compareTo(LONGEST) > 0) {
            return LONGEST;
        }
        return duration.compareTo(LONGEST.negated()) < 0 ? LONGEST.negated() : duration;
    }

    /**
     * Whole microseconds since 1970, exactly; null if the time is null. SQLite's unixepoch rounds to
     * milliseconds, so it does not get the fraction: it would move {@code 59.9995} to the next minute.
     */
    static Field<Long> micros(Field<Instant> time) {
        return ofEngine("micros", SQLDataType.BIGINT, engine -> engine.micros(time));
    }

    /** {@code to - from} in microseconds, exactly; null if either is null. */
    public static Field<Long> micros(Field<Instant> from, Field<Instant> to) {
        return micros(to).minus(micros(from));
    }

    /** {@code to - from}, exactly. */
    public static Field<Duration> between(Field<Instant> from, Field<Instant> to) {
        return typed("elapsed", ELAPSED, micros(stored(from), stored(to)));
    }

    /** {@code to - from} in seconds. Both engines divide the same two doubles. */
    public static Field<Double> seconds(Field<Instant> from, Field<Instant> to) {
        return typed(
                "seconds",
                SQLDataType.DOUBLE,
                micros(stored(from), stored(to)).cast(SQLDataType.DOUBLE).div(DSL.inline((double) SECOND)));
    }

    /** The current time of the database. SQLite's has milliseconds. */
    public static Field<Instant> now() {
        return ofEngine("now", TASKS.CREATED_AT.getDataType(), Expressions::now);
    }

    /** The sum of a time and a duration; null if it is not in the years 0 to 9999. */
    public static Field<Instant> plus(Field<Instant> time, Duration duration) {
        return time(time.getName(), micros(stored(time)).plus(DSL.inline(micros(duration))));
    }

    /** {@link #plus} of the negated duration. */
    public static Field<Instant> minus(Field<Instant> time, Duration duration) {
        return plus(time, within(duration).negated());
    }

    /** The calendar day in a zone. */
    public static Field<LocalDate> day(Field<Instant> time, ZoneId zone) {
        return typed("day", DATE, days(time, zone).minus(DSL.inline(DAYS_BEFORE)));
    }

    /** The Monday of the week in a zone. */
    public static Field<LocalDate> week(Field<Instant> time, ZoneId zone) {
        return typed(
                "week", DATE, ofDays(time, zone, d -> d.minus(sinceMonday(d)).minus(DSL.inline(DAYS_BEFORE))));
    }

    /** The day of the week in a zone. */
    public static Field<DayOfWeek> weekday(Field<Instant> time, ZoneId zone) {
        return typed("weekday", WEEKDAY, sinceMonday(days(time, zone)).plus(DSL.inline(1L)));
    }

    /** The month in a zone. */
    public static Field<YearMonth> month(Field<Instant> time, ZoneId zone) {
        return typed("month", MONTH, months(time, zone));
    }

    /** The year in a zone. */
    public static Field<Integer> year(Field<Instant> time, ZoneId zone) {
        Field<Long> year = months(time, zone)
                .plus(DSL.inline(CYCLE_MONTHS))
                .div(DSL.inline(12L))
                .minus(DSL.inline(CYCLE_MONTHS / 12));
        return typed("year", SQLDataType.INTEGER, year);
    }

    /** The hour of the day in a zone, 0 to 23. */
    public static Field<Integer> hour(Field<Instant> time, ZoneId zone) {
        return typed("hour", SQLDataType.INTEGER, ofDay(time, zone).div(DSL.inline(3_600 * SECOND)));
    }

    /** The start of the interval of that length, counted from midnight in a zone. */
    public static Field<Instant> bucket(Field<Instant> time, Duration length, ZoneId zone) {
        long size = length.isNegative() || length.compareTo(Duration.ofDays(1)) > 0 ? 0 : micros(length);
        if (size == 0 || DAY % size != 0 || !length.equals(length.truncatedTo(ChronoUnit.MICROS))) {
            throw new IllegalArgumentException("a bucket of " + length
                    + " does not divide a day into equal parts; use Times.day, week or month for longer ones");
        }
        if (zone.getRules().isFixedOffset()) {
            return time("bucket", micros(stored(time)).minus(ofDay(time, zone).mod(DSL.inline(size))));
        }
        long unit = size % SECOND == 0 ? SECOND : 1;
        long shift = DAYS_BEFORE * DAY / unit;
        Field<Instant> stored = stored(time);
        Field<Long> now = (unit == SECOND ? wholeSeconds(stored) : micros(stored)).plus(DSL.inline(shift));
        NavigableMap<Long, String> begins = begins(zone.getRules(), size, unit, shift);
        Function<Field<Long>, Field<Long>> begin = v -> CustomField.of("begin", SQLDataType.BIGINT, context -> {
            StringBuilder sql = new StringBuilder();
            search(new ArrayList<>(begins.entrySet()), sql);
            context.visit(DSL.sql(sql.toString(), v));
        });
        Function<Field<Long>, Field<Instant>> read =
                v -> time("bucket", v.minus(DSL.inline(shift)).times(DSL.inline(unit)));
        // An aggregate or a window must not move into a subquery: it would see only that query's single row.
        if (!(stored instanceof TableField)) {
            return read.apply(begin.apply(now));
        }
        return once("bucket", TASKS.CREATED_AT.getDataType(), once("begin", SQLDataType.BIGINT, now, begin), read);
    }

    /** An expression that uses a value several times but renders it once. */
    private static <T> Field<T> once(
            String name, DataType<T> type, Field<Long> value, Function<Field<Long>, Field<T>> expression) {
        Field<T> whole = expression.apply(DSL.field(DSL.sql("v"), SQLDataType.BIGINT));
        return CustomField.of(
                name,
                type,
                context -> context.visit(DSL.sql("(select {0} from (select {1} as v) as b)", whole, value)));
    }

    private static Field<Long> wholeSeconds(Field<Instant> time) {
        return ofEngine("seconds", SQLDataType.BIGINT, engine -> engine.seconds(time));
    }

    /**
     * The start of the interval for each range of times: a formula, or a constant between a clock change and
     * the end of its interval.
     */
    private static NavigableMap<Long, String> begins(ZoneRules rules, long size, long unit, long shift) {
        NavigableMap<Long, String> begins = new TreeMap<>();
        begins.put(Long.MIN_VALUE, begin(rules.getOffset(FIRST), size, unit));
        for (ZoneOffsetTransition transition : transitions(rules)) {
            long at = transition.getInstant().getEpochSecond() * SECOND;
            long before = micros(transition.getOffsetBefore());
            long after = micros(transition.getOffsetAfter());
            boolean twice = size <= before - after;
            begins.tailMap(at / unit + shift, true).clear();
            String formula = begin(transition.getOffsetAfter(), size, unit);
            begins.put(at / unit + shift, formula);
            long local = Math.floorDiv(at + after, size) * size;
            while (local - after < at || (!twice && local - before < at)) {
                long from = Math.max(at, local - after);
                long begin = twice ? at : Math.min(at, local - before);
                begins.put(from / unit + shift, Long.toString(begin / unit + shift));
                local += size;
                begins.put((local - after) / unit + shift, formula);
            }
        }
        return begins;
    }

    private static String begin(ZoneOffset offset, long size, long unit) {
        long shift = micros(offset) / unit;
        return "{0}-({0}" + (shift < 0 ? "" : "+") + shift + ")%" + size / unit;
    }

    /** A binary search tree of CASE expressions. */
    private static void search(List<Map.Entry<Long, String>> steps, StringBuilder sql) {
        if (steps.size() == 1) {
            sql.append(steps.get(0).getValue());
            return;
        }
        int middle = steps.size() / 2;
        sql.append("case when {0}<").append(steps.get(middle).getKey()).append(" then ");
        search(steps.subList(0, middle), sql);
        sql.append(" else ");
        search(steps.subList(middle, steps.size()), sql);
        sql.append(" end");
    }

    /** Microseconds since midnight. */
    private static Field<Long> ofDay(Field<Instant> time, ZoneId zone) {
        return local(time, zone).mod(DSL.inline(DAY));
    }

    /** Days since the start of the year -400. */
    private static Field<Long> days(Field<Instant> time, ZoneId zone) {
        return local(time, zone).div(DSL.inline(DAY));
    }

    private static Field<Long> sinceMonday(Field<Long> days) {
        return days.plus(DSL.inline(TO_MONDAY)).mod(DSL.inline((long) DayOfWeek.values().length));
    }

    /** An expression over the day, which is rendered once if possible. */
    private static Field<Long> ofDays(Field<Instant> time, ZoneId zone, Function<Field<Long>, Field<Long>> expression) {
        Field<Long> days = days(time, zone);
        return !zone.getRules().isFixedOffset() && stored(time) instanceof TableField
                ? once("of_days", SQLDataType.BIGINT, days, expression)
                : expression.apply(days);
    }

    /**
     * Months since the start of the year 0. The engine computes with a day in the years 2000 to 2399, on
     * which all calendars agree.
     */
    private static Field<Long> months(Field<Instant> time, ZoneId zone) {
        return ofDays(time, zone, TimeExpressions::months);
    }

    private static Field<Long> months(Field<Long> days) {
        Field<Long> ofCycle = days.mod(DSL.inline(CYCLE_DAYS));
        Field<Long> since2000 = ofEngine("months", SQLDataType.BIGINT, engine -> engine.months(ofCycle));
        return days.div(DSL.inline(CYCLE_DAYS))
                .minus(DSL.inline(1L))
                .times(DSL.inline(CYCLE_MONTHS))
                .plus(since2000);
    }

    /** Microseconds of the local time of a zone since the start of the year -400. */
    private static Field<Long> local(Field<Instant> time, ZoneId zone) {
        Field<Instant> stored = stored(time);
        ZoneRules rules = zone.getRules();
        Field<Long> micros = micros(stored);
        long before = DAYS_BEFORE * DAY;
        if (rules.isFixedOffset()) {
            return micros.plus(DSL.inline(before + micros(rules.getOffset(Instant.EPOCH))));
        }
        Field<Long> offset = offset(stored, transitions(rules), rules.getOffset(FIRST));
        return micros.plus(offset.plus(DSL.inline(before)));
    }

    private static List<ZoneOffsetTransition> transitions(ZoneRules rules) {
        List<ZoneOffsetTransition> transitions = new ArrayList<>();
        ZoneOffsetTransition next = rules.nextTransition(FIRST);
        while (next != null && next.getInstant().isBefore(LAST_TRANSITION)) {
            transitions.add(next);
            next = rules.nextTransition(next.getInstant());
        }
        return transitions;
    }

    /**
     * The offset of a zone at a time. The rules of the JVM become a binary search tree of CASE expressions,
     * because a server may have other rules. For Europe/Berlin it has about 260 leaves, and a row visits
     * nine.
     */
    private static Field<Long> offset(Field<Instant> time, List<ZoneOffsetTransition> transitions, ZoneOffset before) {
        if (transitions.isEmpty()) {
            return DSL.inline(micros(before));
        }
        int middle = transitions.size() / 2;
        ZoneOffsetTransition transition = transitions.get(middle);
        return DSL.when(
                        time.lt(DSL.inline(transition.getInstant(), time)),
                        offset(time, transitions.subList(0, middle), before))
                .otherwise(
                        offset(time, transitions.subList(middle + 1, transitions.size()), transition.getOffsetAfter()));
    }

    private static long micros(ZoneOffset offset) {
        return offset.getTotalSeconds() * SECOND;
    }

    /** Gives a constant the type of a stored time, so that it is rendered as one. A parameter has that type. */
    private static Field<Instant> stored(Field<Instant> time) {
        return time instanceof Param<Instant> param && !QueryParts.isUnset(time)
                ? DSL.inline(param.getValue(), TASKS.CREATED_AT)
                : time;
    }

    /** The stored form of microseconds since 1970; null if it is not in the years 0 to 9999. */
    private static Field<Instant> time(String name, Field<Long> micros) {
        long first = micros(Duration.between(Instant.EPOCH, FIRST));
        long last = micros(Duration.between(Instant.EPOCH, LAST));
        Field<Long> sinceFirst = micros.minus(DSL.inline(first));
        Field<Long> seconds = sinceFirst.div(DSL.inline(SECOND)).plus(DSL.inline(first / SECOND));
        Field<Long> fraction = sinceFirst.mod(DSL.inline(SECOND));
        return ofEngine(
                name,
                TASKS.CREATED_AT.getDataType(),
                engine -> DSL.sql(
                        "case when {0} then {1} end",
                        micros.between(DSL.inline(first), DSL.inline(last)), engine.time(seconds, fraction)));
    }

    /** The same SQL with its own name, read as another type. */
    private static <T> Field<T> typed(String name, DataType<T> type, Field<?> expression) {
        return CustomField.of(name, type, context -> context.visit(expression));
    }

    /** SQL that each engine says in its own way. */
    private static <T> Field<T> ofEngine(String name, DataType<T> type, Function<Expressions, QueryPart> sql) {
        return CustomField.of(name, type, context -> context.visit(sql.apply(Engines.expressions(context))));
    }
}
