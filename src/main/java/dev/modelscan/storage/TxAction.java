package dev.modelscan.storage;

/**
 * What is done in a transaction, without a result.
 *
 * @param <X> what it may throw; the compiler infers {@code RuntimeException} for an action that declares nothing
 * @since 0.1.0
 */
@FunctionalInterface
public interface TxAction<X extends Exception> {

    /** Works through {@code tx}, which ends with this call. */
    void accept(Tx tx) throws X;
}
