package dev.modelscan.storage.scores;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Ids;

/**
 * The key of a {@link Score}. See {@link Id} for what it may hold.
 *
 * @param value the key as it is stored
 * @since 0.1
 */
public record ScoreId(String value) implements Id {

    /**
     * Takes a key that the caller made.
     *
     * @throws InvalidDataException if {@code value} is blank, longer than {@link Id#MAX_LENGTH}, or not valid text
     */
    public ScoreId {
        Ids.check("score", value);
    }

    /** A new key: a UUID of version 7. */
    public static ScoreId next() {
        return new ScoreId(Ids.next());
    }

    /** The key alone, so that it reads well in messages and logs. */
    @Override
    public String toString() {
        return value;
    }
}
