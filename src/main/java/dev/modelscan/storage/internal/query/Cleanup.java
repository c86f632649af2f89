package dev.modelscan.storage.internal.query;

/** What is to be done after a failure, which stays the one that the caller sees. */
public final class Cleanup {

    private Cleanup() {}

    /** Closes, deletes or rolls back: runs all the steps. What one of them throws is added to the failure as suppressed. */
    public static void after(Throwable failure, AutoCloseable... steps) {
        for (AutoCloseable step : steps) {
            try {
                step.close();
            } catch (Exception | Error e) {
                if (e != failure) {
                    failure.addSuppressed(e);
                }
            }
        }
    }
}
