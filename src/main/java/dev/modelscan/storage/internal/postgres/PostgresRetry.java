package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Retry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Retries the library's own statements until a deadline, if the server's error says that a retry may help, or
 * if the connection was lost before the commit was sent.
 */
final class PostgresRetry {

    /** Failures after which a retry may succeed. */
    private static final Set<Kind> MAY_PASS = EnumSet.of(
            Kind.CONNECTION_LOST, Kind.NODE_AWAY, Kind.NO_CONNECTION_LEFT, Kind.UNUSABLE, Kind.SERIALIZATION);

    private final Duration timeout;
    private final Function<SQLException, Failure> classify;

    PostgresRetry(Duration timeout, Function<SQLException, Failure> classify) {
        this.timeout = timeout;
        this.classify = classify;
    }

    interface Attempt<T extends @Nullable Object> {

        T run() throws SQLException;
    }

    /** The deadline starts with the call, so the first attempt's waits count. */
    <T extends @Nullable Object> T run(@Nullable String entity, @Nullable String id, Attempt<T> attempt) {
        return run(new Retry(timeout), entity, id, attempt);
    }

    /** {@link #run(String, String, Attempt)} with a deadline that has started. */
    <T extends @Nullable Object> T run(Retry retry, @Nullable String entity, @Nullable String id, Attempt<T> attempt) {
        Exception before = null;
        while (true) {
            try {
                return attempt.run();
            } catch (OutcomeUnknownException e) {
                throw e;
            } catch (SQLException | StorageException e) {
                Failure failure = PostgresErrors.behind(e);
                boolean mayHelp = failure != null && MAY_PASS.contains(failure.kind());
                if (!mayHelp || !retry.pause()) {
                    Exception reason = before != null && hadNoTime(e) ? before : e;
                    throw reason instanceof SQLException driver
                            ? failed(driver, entity, id)
                            : (StorageException) reason;
                }
                before = e;
            }
        }
    }

    /** Whether the deadline came before a connection. The attempt before it says more about what is wrong. */
    private static boolean hadNoTime(Exception e) {
        return e instanceof SQLException driver
                && e.getCause() == null
                && PostgresPool.NO_CONNECTION.equals(driver.getSQLState());
    }

    StorageException failed(SQLException e, @Nullable String entity, @Nullable String id) {
        return classify.apply(e).whileWriting().toException(entity, id);
    }
}
