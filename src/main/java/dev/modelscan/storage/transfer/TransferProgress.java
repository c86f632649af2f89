package dev.modelscan.storage.transfer;

/**
 * The progress of a {@link Transfer}.
 *
 * @param phase the current phase
 * @param done how much of the phase is done
 * @param total how much the phase has to do
 * @since 0.1.0
 */
public record TransferProgress(Phase phase, long done, long total) {

    /**
     * The phases, in their order.
     *
     * @since 0.1.0
     */
    public enum Phase {
        /** Only in a dry run: reads and checks every value of the source; counted in rows. */
        CHECK,
        /** Takes the snapshot; reported once, at its start. */
        SNAPSHOT,
        /** Copies; counted in rows. */
        COPY,
        /** Creates foreign keys and indexes; counted in those. */
        INDEX,
        /** Reads both sides back and compares them; counted in rows. */
        COMPARE
    }
}
