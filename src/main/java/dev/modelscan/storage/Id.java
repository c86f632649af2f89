package dev.modelscan.storage;

import dev.modelscan.storage.errors.InvalidDataException;

/**
 * The key of a stored record: text. Each kind of record has its own type of key, so the compiler rejects a
 * task's id in the place of an agent's.
 *
 * <p>Ids that the library makes are UUIDs of version 7 (RFC 9562), which sort by the time they were made. A caller has
 * the id before the first attempt to store, so a create whose outcome is unknown can be tried again. A caller may use
 * its own text instead: 1 to 255 characters, not blank, no NUL, no unpaired surrogate. The constructors throw
 * {@link InvalidDataException} for anything else. A {@link dev.modelscan.storage.blobs.BlobId} is always a hash.
 *
 * <p>Do not implement this interface.
 *
 * @since 0.1.0
 */
public interface Id {

    /** The most characters (Unicode code points) that an id may have. */
    int MAX_LENGTH = 255;

    /** The key as it is stored. */
    String value();
}
