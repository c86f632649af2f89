package dev.modelscan.storage.audit;

import java.util.Locale;

/**
 * What an {@link AuditEntry} records.
 *
 * @since 0.1.0
 */
public enum AuditAction {
    /** A row was inserted. */
    INSERT,
    /** A row was updated, and at least one of its values changed. */
    UPDATE,
    /** A row was deleted. */
    DELETE,
    /** All rows of a table were removed at once, which only PostgreSQL can. */
    TRUNCATE,
    /** The log was switched on, or on again with other columns to redact. */
    ENABLE,
    /** The log was switched off. */
    DISABLE,
    /** Something was erased; the entry is the receipt of the erasure. */
    ERASE;

    /** The name as it is stored and printed, in lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
