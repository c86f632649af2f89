package dev.modelscan.storage.errors;

/**
 * There is no record with that id or name.
 *
 * @since 0.1
 */
public final class NotFoundException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** No {@code entity} has that {@code key}, which is its id or its name. */
    public NotFoundException(String entity, String key) {
        super(entity + " " + key + " does not exist", entity, key, null);
    }
}
