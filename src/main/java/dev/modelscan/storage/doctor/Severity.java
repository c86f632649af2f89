package dev.modelscan.storage.doctor;

/**
 * How bad a finding is, the least first.
 *
 * @since 0.1.0
 */
public enum Severity {
    /** Good to know; nothing has to be done. */
    NOTE,
    /** It works, but it may fail later, or does not work as it should. */
    WARNING,
    /** Data is damaged or missing, or the library cannot rely on its schema. */
    ERROR
}
