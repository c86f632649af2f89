package dev.modelscan.storage.cli.formats;

/** What a message's author is to the run. An author that no other constant describes is {@link #OTHER}. */
public enum Role {
    SYSTEM,
    DEVELOPER,
    USER,
    ASSISTANT,
    TOOL,
    OTHER
}
