package dev.modelscan.storage.cli.formats;

import dev.modelscan.storage.cli.formats.Event.Usage;
import org.jspecify.annotations.Nullable;

/** Counters that a source tells as totals, each of them several times. */
final class RunningUsage {

    private Usage total = new Usage(0L, 0L, 0L, null, 0L);

    /** Whether nothing was counted yet. */
    boolean isNew() {
        return isZero(total.input()) && isZero(total.output());
    }

    /** What was used since the total before; null if it is the same total. A counter that went back has started anew. */
    @Nullable
    Usage next(Usage counted, Usage ofNewStart) {
        Usage before = total;
        total = counted;
        if (counted.equals(before)) {
            return null;
        }
        Usage added = new Usage(
                minus(counted.input(), before.input()),
                minus(counted.output(), before.output()),
                minus(counted.cacheRead(), before.cacheRead()),
                null,
                minus(counted.reasoning(), before.reasoning()));
        boolean back = isNegative(added.input()) || isNegative(added.output()) || isNegative(added.cacheRead());
        return back ? ofNewStart : added;
    }

    private static boolean isZero(@Nullable Long count) {
        return count == null || count == 0;
    }

    private static @Nullable Long minus(@Nullable Long now, @Nullable Long before) {
        return now == null ? null : Long.valueOf(now - (before == null ? 0 : before));
    }

    private static boolean isNegative(@Nullable Long count) {
        return count != null && count < 0;
    }
}
