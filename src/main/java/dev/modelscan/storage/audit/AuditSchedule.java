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
 * Puts what the audit log has recorded into the chain again and again, and hands the chain's new end to a listener,
 * until it or the database is closed. If those who can write to the database cannot change the listener's copy of a
 * head, it proves later that no entry up to it was changed.
 *
 * <pre>{@code
 * AuditSchedule schedule = AuditSchedule.start(db, Duration.ofMinutes(5), head -> LOG.info("audit head {}", head), failure -> {});
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
     * @param every the time from the begin of one run to that of the next
     * @param onHead is told the end of the chain after each run in which it has changed, and after the first, if there
     *     is a chain; on the schedule's thread. If it throws, {@code onFailure} is told, and the head is told again
     *     with the next run
     * @param onFailure is told when a run failed; the next is tried at its time. What a listener throws that is no
     *     {@link StorageException} is the cause of an {@link UnavailableException}
     * @throws IllegalArgumentException if the time is not positive
     */
    public static AuditSchedule start(
            Database db, Duration every, Consumer<AuditHead> onHead, Consumer<StorageException> onFailure) {
        Objects.requireNonNull(onHead, "onHead");
        AuditLog log = Objects.requireNonNull(db, "db").audit();
        AtomicReference<AuditHead> told = new AtomicReference<>(AuditHead.NONE);
        return new AuditSchedule(Schedule.start(db, "audit", every, () -> seal(log, told, onHead), onFailure));
    }

    private static void seal(AuditLog log, AtomicReference<AuditHead> told, Consumer<AuditHead> onHead) {
        log.seal();
        AuditHead head = log.head();
        if (!head.equals(told.get())) {
            tell(head, onHead);
            told.set(head);
        }
    }

    /** Says which head was not told. */
    private static void tell(AuditHead head, Consumer<AuditHead> onHead) {
        try {
            onHead.accept(head);
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new UnavailableException(
                    "the listener of heads failed at entry " + head.position() + "; the head is told again with the"
                            + " next run",
                    e);
        }
    }

    /** Ends it, and waits for the run that is under way. What was recorded since stays until somebody seals. */
    @Override
    public void close() {
        schedule.close();
    }
}
