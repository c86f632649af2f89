package dev.modelscan.storage.cli.formats;

/** How a tool call ended. {@link #UNKNOWN} if the file does not say; the importer then decides by the text. */
public enum Outcome {
    SUCCESS,
    FAILED,
    UNKNOWN
}
