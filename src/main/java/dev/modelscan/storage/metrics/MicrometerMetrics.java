package dev.modelscan.storage.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/**
 * Meters of Micrometer. Needs {@code io.micrometer:micrometer-core} 1.12 or later, which this library does not bring.
 *
 * <table>
 * <caption>Meters; each has the tag {@code db.system.name}</caption>
 * <tr><th>meter</th><th>what</th></tr>
 * <tr><td>{@code db.client.operation.duration}</td><td>timer with the buckets of OpenTelemetry's conventions; also
 * tagged with {@code db.operation.name}, and if the operation failed with {@code error.type}, the class of the
 * exception, and {@code db.response.status_code}, the database's code; both are {@code none} otherwise</td></tr>
 * <tr><td>{@code modelscan.storage.wait}</td><td>timer of what was spent before the work began</td></tr>
 * <tr><td>{@code modelscan.storage.rows}</td><td>summary of the rows of an operation</td></tr>
 * <tr><td>{@code modelscan.storage.retries}</td><td>counter</td></tr>
 * <tr><td>{@code modelscan.storage.commit.group}</td><td>summary of the size of commit groups, once for each
 * member</td></tr>
 * </table>
 *
 * <p>No tag grows with the data or with workspaces: there is none for a workspace, a record or SQL.
 *
 * @since 0.1.0
 */
public final class MicrometerMetrics implements OperationListener {

    private static final String NONE = "none";

    private final MeterProvider<Timer> durations;
    private final MeterProvider<Timer> waits;
    private final MeterProvider<DistributionSummary> rows;
    private final MeterProvider<Counter> retries;
    private final MeterProvider<DistributionSummary> groups;

    /** Meters of that registry. Several databases can share one object of this class. */
    public MicrometerMetrics(MeterRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        this.durations = Timer.builder(Conventions.DURATION)
                .description("Duration of database client operations")
                .serviceLevelObjectives(Arrays.stream(Conventions.BUCKETS)
                        .mapToObj(Duration::ofMillis)
                        .toArray(Duration[]::new))
                .withRegistry(registry);
        this.waits = Timer.builder("modelscan.storage.wait")
                .description("What operations waited for a connection, their turn to write, or a lock")
                .withRegistry(registry);
        this.rows = DistributionSummary.builder("modelscan.storage.rows")
                .description("Rows that operations read and wrote")
                .withRegistry(registry);
        this.retries = Counter.builder("modelscan.storage.retries")
                .description("How often operations were run again")
                .withRegistry(registry);
        this.groups = DistributionSummary.builder("modelscan.storage.commit.group")
                .description("Writes that shared a commit, once for each of them")
                .withRegistry(registry);
    }

    @Override
    public void ended(Operation operation) {
        Throwable failure = operation.failure();
        String code = failure == null ? null : Failures.code(failure);
        Tags system = Tags.of(Conventions.SYSTEM, operation.engine());
        Tags all = system.and(
                Conventions.OPERATION,
                operation.name(),
                Conventions.ERROR_TYPE,
                failure == null ? NONE : Failures.type(failure),
                Conventions.STATUS_CODE,
                code == null ? NONE : code);
        durations.withTags(all).record(operation.duration());
        waits.withTags(system).record(operation.waited());
        rows.withTags(system).record((double) operation.rows());
        retries.withTags(system).increment(operation.retries());
        if (operation.groupSize() > 0) {
            groups.withTags(system).record(operation.groupSize());
        }
    }
}
