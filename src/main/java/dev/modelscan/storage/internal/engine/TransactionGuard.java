package dev.modelscan.storage.internal.engine;

import java.sql.SQLException;

/** Watches over one transaction while a caller's own SQL runs in it: whether that has ended it. */
public interface TransactionGuard extends AutoCloseable {

    /** What has become of the transaction. */
    enum Fate {
        /** It goes on. */
        OPEN,
        /** It is rolled back, and nothing of it is stored. */
        ROLLED_BACK,
        /** It has ended, and may have been committed. */
        ENDED
    }

    /** What is known without asking a server. */
    Fate fate();

    /** Whether the transaction that goes on is still the same; may ask the server. */
    Fate ask() throws SQLException;

    /**
     * As {@link #ask}, at the end of the transaction. One that has failed tells nothing about what came before it, so it is
     * rolled back, and then it is asked what became of the transaction that was to be watched.
     */
    default Fate askAtEnd() throws SQLException {
        return ask();
    }

    /** Called after a savepoint took back the part in which the guard was made: sets again what that set. */
    default void renew() throws SQLException {}

    /** Watches no longer; called before the library ends the transaction itself. */
    @Override
    void close();
}
