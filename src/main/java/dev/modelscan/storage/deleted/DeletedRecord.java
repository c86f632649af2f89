package dev.modelscan.storage.deleted;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record that was deleted and is kept.
 *
 * @param id the key, with which it is restored or purged
 * @param kind what it was, as exceptions name it: {@code agent}, {@code team}, {@code workflow}, {@code task}, {@code
 *     conversation}, {@code message}, {@code tool execution}, {@code model call}, {@code score} or {@code source}
 * @param recordId the key that it had
 * @param deletedBy who deleted it, as {@link dev.modelscan.storage.Database#as} was told; null if that was not called
 * @param schemaVersion the version of the library's schema that it was deleted under
 * @param deletedAt when it was deleted, in whole microseconds
 * @since 0.1.0
 */
public record DeletedRecord(
        DeletedRecordId id,
        String kind,
        String recordId,
        @Nullable String deletedBy,
        int schemaVersion,
        Instant deletedAt) {

    /** Not API, since components may be added: the library makes them. */
    public DeletedRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(recordId, "recordId");
        Objects.requireNonNull(deletedAt, "deletedAt");
    }
}
