package dev.modelscan.storage.internal.sqlite.write;

import org.jspecify.annotations.Nullable;

/**
 * The stack trace of an exception from the thread that ran a write for others. Added as suppressed to the
 * exception that the write's caller gets.
 */
final class LeadersStack extends Exception {

    private static final long serialVersionUID = 1L;

    private LeadersStack(@Nullable Thread leader, StackTraceElement[] stack) {
        super("thrown on thread " + (leader == null ? "unknown" : leader.getName())
                + ", which ran this write in its group");
        setStackTrace(stack);
    }

    /**
     * Replaces the stack trace of an exception from another thread by the current one, and keeps the original
     * as suppressed.
     */
    static void exchange(Throwable thrown, @Nullable Thread leader) {
        StackTraceElement[] stack = thrown.getStackTrace();
        thrown.fillInStackTrace();
        thrown.addSuppressed(new LeadersStack(leader, stack));
    }
}
