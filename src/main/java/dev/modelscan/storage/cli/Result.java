package dev.modelscan.storage.cli;

import java.io.PrintWriter;

/** What a command has to show. Its components are the members of the document that {@code --json} prints. */
interface Result {

    /** Prints it for people. */
    void print(PrintWriter out);

    /** Prints what went wrong in part; nothing where nothing did. */
    default void printFailures(PrintWriter err) {}

    /** 0, or 1 where something went wrong in part. */
    default int exitCode() {
        return 0;
    }
}
