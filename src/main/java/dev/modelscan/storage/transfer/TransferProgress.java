package dev.modelscan.storage.transfer;

/**
 * How far a {@link Transfer} is.
 *
 * @param phase what it does
 * @param done how much of that is done
 * @param total how much there is to do
 * @since 0.1
 */
public record TransferProgress(Phase phase, long done, long total) {

    /**
     * What a transfer does, one after the other.
     *
     * @since 0.1
     */
    public enum Phase {
        /** Dry run alone: reads and checks every value of the source; counted in rows. */
        CHECK,
        /** Takes the snapshot; reported once, when it begins. */
        SNAPSHOT,
        /** Copies; counted in rows. */
        COPY,
        /** Makes foreign keys and indexes; counted in those. */
        INDEX,
        /** Reads both sides back and compares them; counted in rows. */
        COMPARE
    }
}
