package dev.modelscan.storage.errors;

/**
 * No record has that id or name.
 *
 * @since 0.1.0
 */
public final class NotFoundException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** No {@code entity} has that {@code key}, which is an id or a name. */
    public NotFoundException(String entity, String key) {
        super(entity + " " + key + " does not exist", entity, key, null);
    }
}
