package dev.modelscan.storage.internal.sqlite.write;

import org.jspecify.annotations.Nullable;

/** Where an exception came up on the thread that ran a write for others; suppressed in the exception that its caller gets. */
final class LeadersStack extends Exception {

    private static final long serialVersionUID = 1L;

    private LeadersStack(@Nullable Thread leader, StackTraceElement[] stack) {
        super("came up on thread " + (leader == null ? "unknown" : leader.getName())
                + ", which ran this write in its group");
        setStackTrace(stack);
    }

    /** Gives an exception that another thread made the stack of the current one, whose call it ends. */
    static void exchange(Throwable thrown, @Nullable Thread leader) {
        StackTraceElement[] stack = thrown.getStackTrace();
        thrown.fillInStackTrace();
        thrown.addSuppressed(new LeadersStack(leader, stack));
    }
}
