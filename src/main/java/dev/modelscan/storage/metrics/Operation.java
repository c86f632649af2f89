package dev.modelscan.storage.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call of a repository, a transaction of a caller's, or a statement of {@code dsl()}. Calls inside a transaction are
 * operations of their own; they end before it.
 *
 * @param engine {@code sqlite} or {@code postgresql}
 * @param namespace the workspace, as a schema of the server; null if there is none, or if no statement ran
 * @param kind what it is
 * @param name a name of few values, such as {@code message.insert}: that of the first statement, {@code transaction},
 *     or for SQL of the caller's own its first word, such as {@code select}
 * @param entity the kind of record, such as {@code message}; null if there is none
 * @param id the record that it was about; null if it was about none, or several
 * @param sql its first statement, with {@code ?} for each value, and without comments; null if no statement ran, and
 *     for a transaction
 * @param startedAt when it began
 * @param duration how long it took in all
 * @param waited the part of it before its work began: waiting for a connection of the pool, in the queue of writers, or
 *     for the lock of another process
 * @param rows how many rows it read and wrote; of an attempt that failed, those until then
 * @param retries how often it was run again
 * @param groupSize how many writes were committed together with it, itself included; 0 if it committed nothing, or by
 *     itself
 * @param failure why it failed; null if it did not. A record that is not found is a failure too
 * @since 0.1.0
 */
public record Operation(
        String engine,
        @Nullable String namespace,
        Kind kind,
        String name,
        @Nullable String entity,
        @Nullable String id,
        @Nullable String sql,
        Instant startedAt,
        Duration duration,
        Duration waited,
        long rows,
        int retries,
        int groupSize,
        @Nullable Throwable failure) {

    /**
     * What an operation is.
     *
     * @since 0.1.0
     */
    public enum Kind {
        /** A call of a repository that only reads. */
        READ,
        /** A call of a repository that writes. */
        WRITE,
        /** A function in {@code withTx}, with all that it calls. */
        TRANSACTION,
        /** A statement of {@code dsl()}. */
        SQL
    }

    /** Checks that what is required is there. */
    public Operation {
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(duration, "duration");
        Objects.requireNonNull(waited, "waited");
    }

    /** Whether it did what it was asked to. */
    public boolean isSuccess() {
        return failure == null;
    }
}
