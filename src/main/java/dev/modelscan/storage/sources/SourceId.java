package dev.modelscan.storage.sources;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Ids;

/**
 * The key of a {@link Source}. See {@link Id} for what it may hold.
 *
 * @param value the key as it is stored
 * @since 0.1
 */
public record SourceId(String value) implements Id {

    /**
     * Takes a key that the caller made.
     *
     * @throws InvalidDataException if {@code value} is blank, longer than {@link Id#MAX_LENGTH}, or not valid text
     */
    public SourceId {
        Ids.check("source", value);
    }

    /** A new key: a UUID of version 7. */
    public static SourceId next() {
        return new SourceId(Ids.next());
    }

    /** The key alone, so that it reads well in messages and logs. */
    @Override
    public String toString() {
        return value;
    }
}
