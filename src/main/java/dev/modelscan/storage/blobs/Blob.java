package dev.modelscan.storage.blobs;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import java.time.Instant;

/**
 * What is known of stored bytes without reading them. {@link BlobRepository#write} makes it.
 *
 * @param id the SHA-256 of the bytes
 * @param size how many bytes they are
 * @param createdAt when they were first stored, in whole microseconds
 * @since 0.1.0
 */
public record Blob(BlobId id, long size, Instant createdAt) {

    /**
     * Checks every value. Not API, since components may be added.
     *
     * @throws InvalidDataException if a value is missing
     */
    public Blob {
        Checks.required("blob", null, "id", id);
        createdAt = Checks.time("blob", id, "createdAt", createdAt);
    }
}
