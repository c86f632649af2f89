package dev.modelscan.storage.audit;

import java.util.Objects;

/**
 * Why the chain does not hold, and the first entry that shows it.
 *
 * @param position the position of the entry
 * @param message what is wrong, as a sentence without a full stop
 * @since 0.1.0
 */
public record AuditFault(Kind kind, long position, String message) {

    /**
     * What is wrong.
     *
     * @since 0.1.0
     */
    public enum Kind {
        /** The entry is not what was put into the chain. */
        CHANGED,
        /** The entry is missing, and later ones are there. */
        REMOVED,
        /** The chain ends before the known head: its end was removed, or an older copy of the database was restored. */
        TRUNCATED,
        /** The entry has another hash than the known head: the chain was rewritten. */
        REWRITTEN
    }

    /** Not API, since components may be added: the library makes them. */
    public AuditFault {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
    }
}
