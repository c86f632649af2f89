package dev.modelscan.storage.cli;

import java.util.Locale;

/** Numbers with the word for what is counted, as in {@code 1 row} and {@code 2,000 rows}. */
final class Count {

    private Count() {}

    /** A count of what has an s in the plural. */
    static String of(long count, String one) {
        return of(count, one, one + "s");
    }

    static String of(long count, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
    }
}
