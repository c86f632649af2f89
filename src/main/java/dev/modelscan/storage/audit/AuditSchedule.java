package dev.modelscan.storage.audit;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Schedule;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Calls {@link AuditLog#seal} again and again, and passes the new head of the chain to a listener, until it or the
 * database is closed. Let the listener keep the heads in a place that nobody who writes to the database can change;
 * see {@link AuditHead}.
 *
 * <pre>{@code
 * AuditSchedule schedule = AuditSchedule.start(
 *         db, Duration.ofMinutes(5), head -> LOG.info("audit head {}", head), failure -> LOG.warn("audit", failure));
 * }</pre>
 *
 * @since 0.1.0
 */
public final class AuditSchedule implements AutoCloseable {

    private final Schedule schedule;

    private AuditSchedule(Schedule schedule) {
        this.schedule = schedule;
    }

    /**
     * Starts one. The first run begins at once.
     *
     * @param every the time from the beginning of one run to that of the next
     * @param onHead is called with the head of the chain after each run that has changed it, and after the first run if
     *     the chain has an entry; on the schedule's thread. If it throws, {@code onFailure} is called, and the next run
     *     passes the head again
     * @param onFailure is called when a run has failed; the next is tried at its time. If {@code onHead} throws another
     *     exception than a {@link StorageException}, that is the cause of an {@link UnavailableException}
     * @throws IllegalArgumentException if the time is not positive
     */
    public static AuditSchedule start(
            Database db,
            Duration every,
            Consumer<? super AuditHead> onHead,
            Consumer<? super StorageException> onFailure) {
        Objects.requireNonNull(onHead, "onHead");
        AuditLog log = Objects.requireNonNull(db, "db").audit();
        AtomicReference<AuditHead> told = new AtomicReference<>(AuditHead.NONE);
        return new AuditSchedule(Schedule.start(db, "audit", every, () -> seal(log, told, onHead), onFailure));
    }

    private static void seal(AuditLog log, AtomicReference<AuditHead> told, Consumer<? super AuditHead> onHead) {
        log.seal();
        AuditHead head = log.head();
        if (!head.equals(told.get())) {
            tell(head, onHead);
            told.set(head);
        }
    }

    /** Says which head was not told. */
    private static void tell(AuditHead head, Consumer<? super AuditHead> onHead) {
        try {
            onHead.accept(head);
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new UnavailableException(
                    "the listener of heads failed at entry " + head.position() + "; the next run passes it again", e);
        }
    }

    /**
     * Ends it: interrupts a run that is under way, and waits for its end. The next {@link AuditLog#seal} adds what was
     * recorded since.
     */
    @Override
    public void close() {
        schedule.close();
    }
}
