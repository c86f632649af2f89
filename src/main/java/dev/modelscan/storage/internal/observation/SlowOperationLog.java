package dev.modelscan.storage.internal.observation;

import dev.modelscan.storage.metrics.Operation;
import dev.modelscan.storage.metrics.OperationListener;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each operation that took longer than a threshold, as a warning of the logger {@code dev.modelscan.storage.slow}. Neither
 * values nor ids are logged: the SQL has {@code ?} in their place.
 */
public final class SlowOperationLog implements OperationListener {

    private static final Logger LOG = LoggerFactory.getLogger("dev.modelscan.storage.slow");

    private final Duration threshold;

    /** Logs operations that took that long or longer. */
    public SlowOperationLog(Duration threshold) {
        this.threshold = threshold;
    }

    @Override
    public void ended(Operation operation) {
        if (operation.duration().compareTo(threshold) >= 0 && LOG.isWarnEnabled()) {
            Throwable failure = operation.failure();
            LOG.warn(
                    "{} took {} ms, {} of them waiting; {} rows, {} retries, {}: {}",
                    operation.name(),
                    operation.duration().toMillis(),
                    operation.waited().toMillis(),
                    operation.rows(),
                    operation.retries(),
                    failure == null
                            ? "done"
                            : "failed with " + failure.getClass().getSimpleName(),
                    operation.sql() == null ? "no statement" : operation.sql());
        }
    }
}
