package dev.modelscan.storage.cli.files;

import java.io.IOException;

/** A source whose bytes cannot be read as text or as a database. The message says what it is, and what to do. */
public final class UnreadableException extends IOException {

    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
        super(message);
    }
}
