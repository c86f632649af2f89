package dev.modelscan.storage.metrics;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A failed operation in values of which there are few, and in which no text of a caller or a driver is. */
final class Failures {

    private Failures() {}

    /** The class of what was thrown. */
    static String type(Throwable failure) {
        String name = failure.getClass().getCanonicalName();
        return name != null ? name : failure.getClass().getName();
    }

    /** The code that the database gave, which is an SQLSTATE or a number; null if the failure did not come from it. */
    static @Nullable String code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refused) {
                String state = refused.getSQLState();
                return state != null ? state : String.valueOf(refused.getErrorCode());
            }
        }
        return null;
    }
}
