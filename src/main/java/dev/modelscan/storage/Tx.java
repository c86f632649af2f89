package dev.modelscan.storage;

import dev.modelscan.storage.queries.CommandRun;
import dev.modelscan.storage.queries.StoredCommand;
import org.jspecify.annotations.Nullable;

/**
 * The repositories inside one transaction. It sees what it has written; others see it after the commit, at once and as
 * a whole, or never.
 *
 * <p>It belongs to the thread that it was handed to, and ends with the function that it was handed to: any later use,
 * and any use by another thread, throws {@link IllegalStateException}.
 *
 * <p>Once the database has refused a statement, or a call has failed after it had written, the transaction can only
 * roll back, on every engine: further calls, and the commit, throw {@link IllegalStateException}. To try something that
 * may be refused, call it in its own {@link #withTx}.
 *
 * @since 0.1.0
 */
public interface Tx extends Repositories {

    /**
     * Runs a part of the transaction after a savepoint, so that it can fail alone. If the function throws anything,
     * what it did is rolled back to the savepoint, and the exception is passed on. Catch it to continue the
     * transaction.
     *
     * @return what the function returned
     */
    <T extends @Nullable Object, X extends Exception> T withTx(TxFunction<T, X> function) throws X;

    /** {@link #withTx} without a result. */
    <X extends Exception> void useTx(TxAction<X> action) throws X;

    /** A stored command, ready for its parameters. {@link StoredQueries#command} makes it. */
    CommandRun command(StoredCommand command);
}
