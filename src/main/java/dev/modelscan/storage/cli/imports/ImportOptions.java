package dev.modelscan.storage.cli.imports;

import org.jspecify.annotations.Nullable;

/**
 * How to import.
 *
 * @param form the name of the form; null to detect it
 * @param name the name of the workflow; null for the file's
 * @param strict whether a record with anything odd is refused
 * @param redactor what to take out of texts; null for nothing
 */
public record ImportOptions(
        @Nullable String form,
        @Nullable String name,
        boolean strict,
        @Nullable Redactor redactor) {

    /** Without options. */
    public static final ImportOptions DEFAULT = new ImportOptions(null, null, false, null);
}
