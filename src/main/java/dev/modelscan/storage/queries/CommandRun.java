package dev.modelscan.storage.queries;

import org.jspecify.annotations.Nullable;

/**
 * A {@link StoredCommand} with the values of its parameters. Used by one thread; may run again.
 *
 * @since 0.1.0
 */
public interface CommandRun {

    /**
     * Sets a parameter. Null is SQL's null.
     *
     * @return this
     * @throws IllegalArgumentException if another parameter of that name was set
     * @throws dev.modelscan.storage.errors.InvalidDataException if a text cannot be stored
     */
    <T> CommandRun set(QueryParameter<T> parameter, @Nullable T value);

    /**
     * Writes.
     *
     * @return how many rows it wrote
     * @throws IllegalArgumentException if a parameter was not set, or if the command has none of that name
     * @throws dev.modelscan.storage.errors.StorageException if the database refuses it
     */
    int execute();
}
