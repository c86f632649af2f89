package dev.modelscan.storage.benchmark.harness;

import java.util.Arrays;

/** What a series of rounds showed: the middle, and how far they lay apart. */
public record Range(double median, double low, double high) {

    /** The range of some values, of which there is at least one. */
    public static Range of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Range(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The range of {@code one / other}, round by round, so that what disturbs a round disturbs both. */
    public static Range ofRatios(double[] one, double[] other) {
        double[] ratios = new double[one.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = one[i] / other[i];
        }
        return of(ratios);
    }
}
