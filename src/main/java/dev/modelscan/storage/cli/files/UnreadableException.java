package dev.modelscan.storage.cli.files;

import java.io.IOException;

/** A source whose bytes cannot be read as text or as a database. The message says what it is, and what to do. */
public final class UnreadableException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean otherThing;

    UnreadableException(String message) {
        this(message, false);
    }

    private UnreadableException(String message, boolean otherThing) {
        super(message);
        this.otherThing = otherThing;
    }

    /** What can be read, and holds no file of runs. */
    static UnreadableException otherThing(String message) {
        return new UnreadableException(message, true);
    }

    /** Whether the source is something else, which is no failure in a directory. */
    public boolean isOtherThing() {
        return otherThing;
    }
}
