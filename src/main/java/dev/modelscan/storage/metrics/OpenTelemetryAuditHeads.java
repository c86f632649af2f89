package dev.modelscan.storage.metrics;

import dev.modelscan.storage.audit.AuditHead;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Sends each end of an audit log's chain as an event of OpenTelemetry's logs, so that it is kept outside of the
 * database; give it to {@link dev.modelscan.storage.audit.AuditSchedule}. Needs
 * {@code io.opentelemetry:opentelemetry-api} 1.50 or later, which this library does not bring.
 *
 * <p>The event is named {@code modelscan.storage.audit.head}. Its body is {@link AuditHead#toString}, which
 * {@link AuditHead#parse} reads, and its attributes are {@code modelscan.storage.audit.position}, {@code .hash} and
 * {@code .database}.
 *
 * @since 0.1.0
 */
public final class OpenTelemetryAuditHeads implements Consumer<AuditHead> {

    private static final String PREFIX = "modelscan.storage.audit.";
    private static final AttributeKey<Long> POSITION = AttributeKey.longKey(PREFIX + "position");
    private static final AttributeKey<String> HASH = AttributeKey.stringKey(PREFIX + "hash");
    private static final AttributeKey<String> DATABASE = AttributeKey.stringKey(PREFIX + "database");

    private final Logger logger;
    private final String database;

    /**
     * Events of a logger named {@code dev.modelscan.storage}.
     *
     * @param database tells the databases of a program apart; any text
     */
    public OpenTelemetryAuditHeads(OpenTelemetry openTelemetry, String database) {
        this.logger = Objects.requireNonNull(openTelemetry, "openTelemetry")
                .getLogsBridge()
                .loggerBuilder("dev.modelscan.storage")
                .build();
        this.database = Objects.requireNonNull(database, "database");
    }

    @Override
    public void accept(AuditHead head) {
        logger.logRecordBuilder()
                .setEventName(PREFIX + "head")
                .setSeverity(Severity.INFO)
                .setBody(head.toString())
                .setAttribute(POSITION, head.position())
                .setAttribute(HASH, head.hash())
                .setAttribute(DATABASE, database)
                .emit();
    }
}
