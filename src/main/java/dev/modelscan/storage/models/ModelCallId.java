package dev.modelscan.storage.models;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Ids;

/**
 * The key of a {@link ModelCall}. See {@link Id} for what it may hold.
 *
 * @param value the key as it is stored
 * @since 0.1
 */
public record ModelCallId(String value) implements Id {

    /**
     * Takes a key that the caller made.
     *
     * @throws InvalidDataException if {@code value} is blank, longer than {@link Id#MAX_LENGTH}, or not valid text
     */
    public ModelCallId {
        Ids.check("model call", value);
    }

    /** A new key: a UUID of version 7. */
    public static ModelCallId next() {
        return new ModelCallId(Ids.next());
    }

    /** The key alone, so that it reads well in messages and logs. */
    @Override
    public String toString() {
        return value;
    }
}
