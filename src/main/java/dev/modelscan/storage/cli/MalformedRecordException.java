package dev.modelscan.storage.cli;

/** A record that is no transcript. The message says which part of it, and why. */
final class MalformedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedRecordException(String message) {
        super(message);
    }
}
