package dev.modelscan.storage.backups;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which backups are kept: the newest of each of the last hours, days and weeks that have one. The newest of all is
 * always kept. Hours, days and weeks are those of UTC; a week begins on Monday.
 *
 * @param hours of how many hours one is kept, 0 to 10,000
 * @param days of how many days, 0 to 10,000
 * @param weeks of how many weeks, 0 to 10,000
 * @since 0.1.0
 */
public record Keep(int hours, int days, int weeks) {

    private static final int MOST = 10_000;
    private static final int HOURS_OF_DAY = 24;
    private static final int LONGEST_HOURS = 10 * 366 * HOURS_OF_DAY;
    private static final Pattern PART = Pattern.compile("(\\d{1,5})([hdw])");

    /** The first day of 1970 was a Thursday. */
    private static final long THURSDAY_TO_MONDAY = Duration.ofDays(3).toSeconds();

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range, or all are 0
     */
    public Keep {
        for (int count : new int[] {hours, days, weeks}) {
            if (count < 0 || count > MOST) {
                throw new IllegalArgumentException("keep: " + count + " is not between 0 and " + MOST);
            }
        }
        if (hours + days + weeks == 0) {
            throw new IllegalArgumentException("keep: none would be kept; write for example 24h,7d,4w");
        }
    }

    /**
     * Reads text such as {@code 24h,7d,4w}, in any order; what is missing is 0.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public static Keep parse(String text) {
        Objects.requireNonNull(text, "text");
        int[] counts = new int[3];
        Set<String> seen = new HashSet<>();
        for (String part : text.toLowerCase(Locale.ROOT).split(",", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches() || !seen.add(matcher.group(2))) {
                throw new IllegalArgumentException(
                        "keep " + text + " is not a list of hours, days and weeks; write for example 24h,7d,4w");
            }
            counts["hdw".indexOf(matcher.group(2))] = Integer.parseInt(matcher.group(1));
        }
        return new Keep(counts[0], counts[1], counts[2]);
    }

    /** The times whose backups are kept, ascending. */
    public List<Instant> kept(Collection<Instant> times) {
        Objects.requireNonNull(times, "times");
        TreeSet<Instant> sorted = new TreeSet<>(times);
        TreeSet<Instant> kept = new TreeSet<>();
        if (!sorted.isEmpty()) {
            kept.add(sorted.last());
        }
        keepNewest(sorted, hours, Duration.ofHours(1), 0, kept);
        keepNewest(sorted, days, Duration.ofDays(1), 0, kept);
        keepNewest(sorted, weeks, Duration.ofDays(7), THURSDAY_TO_MONDAY, kept);
        return new ArrayList<>(kept);
    }

    /**
     * When each of these backups is deleted, if one is added every hour from a time on; later if fewer are.
     *
     * @param times when the backups were taken
     * @return the time of deletion, to the day, by the time at which the backup was taken, ascending; backups that are
     *     kept for more than ten years are left out
     */
    public Map<Instant, Instant> expiries(Collection<Instant> times, Instant from) {
        Objects.requireNonNull(times, "times");
        Objects.requireNonNull(from, "from");
        Map<Instant, Instant> expiries = new TreeMap<>();
        Set<Instant> open = new TreeSet<>(times);
        Collection<Instant> all = new TreeSet<>(times);
        Instant next = from;
        for (int hour = 0; hour < LONGEST_HOURS && !open.isEmpty(); ) {
            // What is kept by the hour is gone then, and one of a day is enough to count days and weeks.
            int step = hour < hours + HOURS_OF_DAY ? 1 : HOURS_OF_DAY;
            hour += step;
            next = next.plus(Duration.ofHours(step));
            all.add(next);
            all = new TreeSet<>(kept(all));
            for (Instant time : List.copyOf(open)) {
                if (!all.contains(time)) {
                    expiries.put(time, next);
                    open.remove(time);
                }
            }
        }
        return expiries;
    }

    private static void keepNewest(
            TreeSet<Instant> sorted, int count, Duration length, long offsetSeconds, Set<Instant> kept) {
        Set<Long> seen = new HashSet<>();
        for (Instant time : sorted.descendingSet()) {
            long bucket = Math.floorDiv(time.getEpochSecond() + offsetSeconds, length.toSeconds());
            if (seen.size() < count && seen.add(bucket)) {
                kept.add(time);
            }
        }
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return hours + "h," + days + "d," + weeks + "w";
    }
}
