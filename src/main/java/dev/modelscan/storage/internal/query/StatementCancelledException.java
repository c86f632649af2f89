package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Thrown when this library cancelled a statement; the message says why. */
public final class StatementCancelledException extends SQLException {

    private static final long serialVersionUID = 1L;

    /** PostgreSQL's query_canceled. */
    private static final String STATE = "57014";

    /** PostgreSQL's lock_not_available, as for the server's own lock timeout. */
    private static final String WAITED_STATE = "55P03";

    static final String INTERRUPTED = "its thread was interrupted";

    static final String WAITED = "it took longer than busyTimeout, most likely for a lock of another transaction";

    /** With the driver's exception, which need not report a cancellation. */
    StatementCancelledException(String reason, @Nullable SQLException failure) {
        super(reason, reason.equals(WAITED) ? WAITED_STATE : STATE, failure);
    }

    /** Whether the statement was cancelled because it waited too long for a lock. */
    public boolean waitedTooLong() {
        return WAITED_STATE.equals(getSQLState());
    }

    /** For a thread that notices between two statements that it was interrupted. */
    public static StatementCancelledException interrupted() {
        return new StatementCancelledException(INTERRUPTED, null);
    }
}
