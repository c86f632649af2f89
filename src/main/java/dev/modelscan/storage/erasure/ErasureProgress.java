package dev.modelscan.storage.erasure;

import java.util.Objects;

/**
 * How far an erasure has come.
 *
 * @param phase what is being done
 * @param done how many tables are done
 * @param total of how many; 1 for a phase that is one step
 * @since 0.1.0
 */
public record ErasureProgress(Phase phase, int done, int total) {

    /**
     * What takes time.
     *
     * @since 0.1.0
     */
    public enum Phase {
        /** What belongs to it is looked for. */
        FIND,
        /** Rows are removed and changed. */
        ERASE,
        /** Entries of the audit log are erased. */
        AUDIT,
        /** The storage is scrubbed. */
        SCRUB
    }

    public ErasureProgress {
        Objects.requireNonNull(phase, "phase");
    }
}
