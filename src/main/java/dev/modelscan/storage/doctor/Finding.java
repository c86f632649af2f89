package dev.modelscan.storage.doctor;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that is wrong.
 *
 * @param severity how bad it is
 * @param code what it is, a word that stays the same in later versions; {@code docs/operations.md} lists them
 * @param cause what was found, for a person
 * @param ids the keys of records, or names, at most ten, in order; empty if it is about none
 * @param count how many there are; a check stops at 1,000
 * @param fix the command or the call that fixes it; null if there is none
 * @since 0.1.0
 */
public record Finding(
        Severity severity,
        String code,
        String cause,
        List<String> ids,
        long count,
        @Nullable String fix) {

    private static final int MOST_IDS = 10;

    /** Copies the ids, of which it keeps ten. */
    public Finding {
        Objects.requireNonNull(severity, "severity");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(cause, "cause");
        ids = List.copyOf(ids.subList(0, Math.min(MOST_IDS, ids.size())));
    }

    /** A finding about these. */
    public static Finding of(Severity severity, String code, String cause, List<String> ids, @Nullable String fix) {
        return new Finding(severity, code, cause, ids, Math.max(1, ids.size()), fix);
    }
}
