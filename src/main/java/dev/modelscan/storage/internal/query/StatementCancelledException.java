package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A statement was stopped by this library; its message says why. */
public final class StatementCancelledException extends SQLException {

    private static final long serialVersionUID = 1L;

    /** The SQL standard's name for it, or rather PostgreSQL's: query_canceled. */
    private static final String STATE = "57014";

    /** lock_not_available, as of the server's own limit. */
    private static final String WAITED_STATE = "55P03";

    static final String INTERRUPTED = "its thread was interrupted";

    static final String WAITED = "it took longer than busyTimeout, most likely for a lock of another transaction";

    /** With what the driver said of it, which need not be that it was cancelled. */
    StatementCancelledException(String reason, @Nullable SQLException failure) {
        super(reason, reason.equals(WAITED) ? WAITED_STATE : STATE, failure);
    }

    /** Whether it was stopped because it would have waited too long. */
    public boolean waitedTooLong() {
        return WAITED_STATE.equals(getSQLState());
    }

    /** For a thread that finds itself interrupted between two statements. */
    public static StatementCancelledException interrupted() {
        return new StatementCancelledException(INTERRUPTED, null);
    }
}
