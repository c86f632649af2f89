package dev.modelscan.storage;

import org.jspecify.annotations.Nullable;

/**
 * What is done in a transaction, with a result.
 *
 * @param <T> the result
 * @param <X> what it may throw; the compiler infers {@code RuntimeException} for a function that declares nothing
 * @since 0.1.0
 */
@FunctionalInterface
public interface TxFunction<T extends @Nullable Object, X extends Exception> {

    /** Works through {@code tx}, which ends with this call. */
    T apply(Tx tx) throws X;
}
