package dev.modelscan.storage.sources;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import org.jspecify.annotations.Nullable;

/**
 * Where an imported record came from: the format of the source, the record's id there, and its place in it. A record
 * that was not imported has the origin {@link #NONE}.
 *
 * <p>The {@code externalId} is unique within the format, for each kind of record; that of a message is unique within
 * its conversation. So a session is found again when its file has grown or moved, or has another order. The source and
 * the place say where it was seen last. If the source is deleted, {@code sourceId} becomes null and the rest stays.
 *
 * @param format the format of the source, such as {@code claude-code}: 1 to 255 characters, not blank; null in
 *     {@link #NONE} alone
 * @param externalId the record's id in the source: 1 to 255 characters, not blank; an importer has to shorten a longer
 *     one, for example to its hash
 * @param sourceId the source
 * @param record which of the source's records it is, from 0; the library's importers count from 1
 * @param line the line at which it begins, from 0; the library's importers count from 1
 * @param offset the byte at which it begins, from 0
 * @since 0.1.0
 */
public record Origin(
        @Nullable String format,
        @Nullable String externalId,
        @Nullable SourceId sourceId,
        @Nullable Long record,
        @Nullable Long line,
        @Nullable Long offset) {

    /** The origin of a record that was not imported. */
    public static final Origin NONE = new Origin(null, null, null, null, null, null);

    private static final String ENTITY = "origin";

    /**
     * Checks every value.
     *
     * @throws InvalidDataException if a value cannot be stored, or there is one without a format
     */
    public Origin {
        Checks.optionalName(ENTITY, null, "format", format);
        Checks.optionalName(ENTITY, null, "externalId", externalId);
        Checks.notNegative(ENTITY, null, "record", record);
        Checks.notNegative(ENTITY, null, "line", line);
        Checks.notNegative(ENTITY, null, "offset", offset);
        boolean empty = externalId == null && sourceId == null && record == null && line == null && offset == null;
        if (format == null && !empty) {
            throw Checks.invalid(ENTITY, null, "format", "is required, since the origin has other values");
        }
    }

    /** The origin of a record in a source, by its id there; null if it has none. */
    public static Origin of(Source source, @Nullable String externalId) {
        return new Origin(source.format(), externalId, source.id(), null, null, null);
    }

    /** The origin of a record by its external id, without a source. */
    public static Origin of(String format, String externalId) {
        return new Origin(format, externalId, null, null, null, null);
    }

    /** This origin at a place of its source. Null is unknown. */
    public Origin at(@Nullable Long record, @Nullable Long line, @Nullable Long offset) {
        return new Origin(format, externalId, sourceId, record, line, offset);
    }

    /** Whether the record came from a source, and so is history. */
    public boolean isImported() {
        return format != null;
    }
}
