package dev.modelscan.storage.cli.imports;

/** What became of a run. */
enum Fate {
    /** It was stored. */
    IMPORTED,
    /** It was stored before, and has grown. */
    GROWN,
    /** Its task had been deleted and was put back. */
    RESTORED,
    /** All of it was stored before. */
    SKIPPED
}
