package dev.modelscan.storage.benchmark.harness;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Contenders take turns, so that all of them meet the same machine: in every round each has one slice, and each round begins
 * with another of them.
 */
public final class Contest {

    private final Map<String, double[]> rates = new LinkedHashMap<>();

    private Contest() {}

    /** Runs the rounds, after some that do not count. */
    public static Contest run(String title, List<Contender> contenders, Options options) throws Exception {
        return run(title, contenders, options.warmUps(), options.rounds(), options.sliceNanos());
    }

    /** Runs {@code rounds} rounds, after {@code warmUps} that do not count. */
    public static Contest run(String title, List<Contender> contenders, int warmUps, int rounds, long sliceNanos)
            throws Exception {
        Contest contest = new Contest();
        contenders.forEach(contender -> contest.rates.put(contender.name(), new double[rounds]));
        for (int round = -warmUps; round < rounds; round++) {
            List<Contender> order = new ArrayList<>(contenders);
            Collections.rotate(order, round);
            for (Contender contender : order) {
                double rate = contender.slice().run(sliceNanos);
                if (round >= 0) {
                    contest.rates.get(contender.name())[round] = rate;
                }
            }
        }
        contest.print(title);
        return contest;
    }

    private void print(String title) {
        System.out.println(title);
        double[] first = rates.values().iterator().next();
        rates.forEach((name, values) -> {
            Range ratio = Range.ofRatios(first, values);
            System.out.printf(
                    Locale.ROOT,
                    "  %-36s %,14.1f /s   first/this %.2f [%.2f to %.2f]%n",
                    name,
                    Range.of(values).median(),
                    ratio.median(),
                    ratio.low(),
                    ratio.high());
        });
    }

    /** Operations per second. */
    public Range rate(String name) {
        return Range.of(rates.get(name));
    }

    /** How many times as fast the one was as the other, round by round. */
    public Range ratio(String one, String other) {
        return Range.ofRatios(rates.get(one), rates.get(other));
    }

    /** Who took part, in the order given. */
    public List<String> names() {
        return List.copyOf(rates.keySet());
    }
}
