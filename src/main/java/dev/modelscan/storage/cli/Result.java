package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** The result of a command. {@code --json} prints its components as the members of a JSON document. */
interface Result {

    void print(PrintWriter out);

    /** What was looked for, such as tasks, if nothing of it was found; null otherwise. */
    default @Nullable String missing() {
        return null;
    }

    /** Prints partial failures, if there are any. */
    default void printFailures(PrintWriter err) {}

    /** 0, or 1 after a partial failure. */
    default int exitCode() {
        return 0;
    }
}
