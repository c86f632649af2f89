package dev.modelscan.storage.cli;

/** A record that is not a transcript. The message says which part is wrong, and why. */
final class MalformedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedRecordException(String message) {
        super(message);
    }
}
