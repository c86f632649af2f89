package dev.modelscan.storage.cli.formats;

/** How a source parts its records. */
public enum Framing {
    /** One record a line: JSON Lines, or the records of RFC 7464. A line may hold several, one after the other. */
    LINES,
    /** A single JSON value, or several, one after the other; each may span lines. */
    VALUES,
    /** An array: its elements are the records. */
    ARRAY,
    /** A SQLite database: no records, only {@link Records#file}. */
    SQLITE
}
