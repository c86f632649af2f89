package dev.modelscan.storage.deleted;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Ids;

/**
 * The key of a {@link DeletedRecord}. It is not the key of the record that was deleted. See {@link Id} for what it may
 * hold.
 *
 * @param value the key as it is stored
 * @since 0.1.0
 */
public record DeletedRecordId(String value) implements Id {

    /**
     * Takes a key as text.
     *
     * @throws InvalidDataException if {@code value} is blank, longer than {@link Id#MAX_LENGTH}, or not valid text
     */
    public DeletedRecordId {
        Ids.check("deleted record", value);
    }

    /** A new key: a UUID of version 7. */
    public static DeletedRecordId next() {
        return new DeletedRecordId(Ids.next());
    }

    /** The key alone, so that it reads well in messages and logs. */
    @Override
    public String toString() {
        return value;
    }
}
