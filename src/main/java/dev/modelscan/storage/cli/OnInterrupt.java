package dev.modelscan.storage.cli;

/** What is done if Ctrl-C, or a signal, ends the program before this is closed. */
final class OnInterrupt implements AutoCloseable {

    private final Thread hook;

    OnInterrupt(Runnable action) {
        hook = new Thread(action);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The program is ending.
        }
    }
}
