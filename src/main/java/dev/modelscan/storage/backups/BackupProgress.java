package dev.modelscan.storage.backups;

import java.util.Objects;

/**
 * How far a backup or a restore has come.
 *
 * @param phase what is being done
 * @param done bytes that are done; never more than the total
 * @param total an estimate of all bytes of the phase
 * @since 0.1.0
 */
public record BackupProgress(Phase phase, long done, long total) {

    /**
     * What takes time.
     *
     * @since 0.1.0
     */
    public enum Phase {
        /** The rows are copied. */
        COPY,
        /** The copy is read and hashed. */
        CHECK
    }

    public BackupProgress {
        Objects.requireNonNull(phase, "phase");
        done = Math.min(done, total);
    }
}
