package dev.modelscan.storage.erasure;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A backup from before an erasure, which may hold what was erased.
 *
 * @param file the backup
 * @param takenAt when it was taken
 * @param expiresAt when it is deleted if a backup is added every hour from now on, and later if fewer are; null if
 *     nobody deletes it, or not within ten years
 * @since 0.1.0
 */
public record HoldingBackup(
        Path file, Instant takenAt, @Nullable Instant expiresAt) {

    public HoldingBackup {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(takenAt, "takenAt");
    }
}
