package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.InvalidDataException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The start and end of a new record, as its status requires. A record of history may begin with any status.
 * Times that the caller gave are kept; missing ones default to the time of creation.
 *
 * @param startedAt when it began to run
 * @param completedAt when it ended
 */
record StatusTimes(@Nullable Instant startedAt, @Nullable Instant completedAt) {

    /** What a status says about the times. */
    enum Phase {
        /** Has not begun. */
        WAITING,
        /** Has begun. */
        RUNNING,
        /** Has begun and ended. */
        DONE,
        /** Has ended, and may never have begun. */
        STOPPED
    }

    /** Completes the times of a new record, or rejects times that contradict its status. */
    static StatusTimes of(String entity, Id id, Phase phase, StatusTimes given, Instant createdAt) {
        Instant startedAt = given.startedAt;
        Instant completedAt = given.completedAt;
        if (phase == Phase.WAITING && startedAt != null) {
            throw new InvalidDataException(
                    entity, id.value(), "startedAt", "is set, but by its status it has not begun");
        }
        if ((phase == Phase.WAITING || phase == Phase.RUNNING) && completedAt != null) {
            throw new InvalidDataException(
                    entity, id.value(), "completedAt", "is set, but by its status it has not ended");
        }
        if (startedAt == null && (phase == Phase.RUNNING || phase == Phase.DONE)) {
            startedAt = createdAt;
        }
        if (completedAt == null && (phase == Phase.DONE || phase == Phase.STOPPED)) {
            completedAt = startedAt == null ? createdAt : startedAt;
        }
        return new StatusTimes(startedAt, completedAt).inOrder(entity, id);
    }

    /** These times. Throws if the end is before the start. */
    StatusTimes inOrder(String entity, Id id) {
        if (startedAt != null && completedAt != null && completedAt.isBefore(startedAt)) {
            throw new InvalidDataException(entity, id.value(), "completedAt", "is before startedAt");
        }
        return this;
    }
}
