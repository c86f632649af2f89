package dev.modelscan.storage.internal.engine;

/** Tells a thread how many writes were committed together with its own: an engine notes it, a listener asks. */
public final class CommitGroups {

    private static final ThreadLocal<int[]> LAST = ThreadLocal.withInitial(() -> new int[1]);

    // Until the first listener, no thread looks at its own.
    private static volatile boolean asked;

    private CommitGroups() {}

    /** Begins an operation of this thread. */
    public static void begin() {
        asked = true;
        LAST.get()[0] = 0;
    }

    /** Notes the size of the group that this thread's write was in. */
    public static void note(int size) {
        if (asked) {
            LAST.get()[0] = size;
        }
    }

    /** The size noted since {@link #begin}; 0 if none was. */
    public static int last() {
        return LAST.get()[0];
    }
}
