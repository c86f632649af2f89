package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditSchedule;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.metrics.MicrometerMetrics;
import dev.modelscan.storage.metrics.OpenTelemetryAuditHeads;
import dev.modelscan.storage.metrics.OpenTelemetrySpans;
import dev.modelscan.storage.metrics.Operation;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Meters and spans, in the libraries' own registry and exporter. */
abstract class MetricsContract extends Contract {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    private final List<Operation> told = new ArrayList<>();
    private Database observed;

    @BeforeEach
    void open() {
        DatabaseBuilder builder = engine().beside(db).orElseGet(() -> engine().builder());
        observed = builder.listener(new MicrometerMetrics(registry))
                .listener(new OpenTelemetrySpans(telemetry))
                .listener(told::add)
                .open();
        registry.clear();
        exporter.reset();
        told.clear();
    }

    @AfterEach
    void close() {
        observed.close();
        telemetry.close();
        assertThat(Context.current()).isSameAs(Context.root());
    }

    private Timer duration(String operation, String error) {
        return registry.get("db.client.operation.duration")
                .tag("db.operation.name", operation)
                .tag("error.type", error)
                .timer();
    }

    @Test
    void eachOperationIsTimed() {
        Agent agent = observed.agents().create(agent("one").build());
        observed.agents().get(agent.id());
        observed.agents().get(agent.id());
        assertThatThrownBy(() -> observed.agents().get(new AgentId("none"))).isInstanceOf(NotFoundException.class);

        Timer insert = duration("agent.insert", "none");
        assertThat(insert.count()).isOne();
        assertThat(insert.totalTime(TimeUnit.NANOSECONDS))
                .isEqualTo(told.get(0).duration().toNanos());
        assertThat(insert.takeSnapshot().histogramCounts())
                .extracting(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
                .containsExactly(1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 5_000.0, 10_000.0);
        String get = told.get(1).name();
        assertThat(duration(get, "none").count()).isEqualTo(2);
        assertThat(duration(get, "dev.modelscan.storage.errors.NotFoundException")
                        .count())
                .isOne();
        assertThat(registry.get("modelscan.storage.wait").timer().count()).isEqualTo(4);
        assertThat(registry.get("modelscan.storage.rows").summary().totalAmount())
                .isEqualTo(3);
        assertThat(registry.get("modelscan.storage.retries").counter().count()).isZero();
    }

    @Test
    void metersDoNotGrowWithTheData() {
        for (int i = 0; i < 20; i++) {
            observed.agents().create(agent("agent " + i).build());
            String wrong = "nonsense_" + i + " from nowhere";
            assertThatThrownBy(() -> observed.dsl().fetch(wrong)).isNotNull();
        }

        assertThat(registry.getMeters())
                .filteredOn(meter -> meter.getId().getName().equals("db.client.operation.duration"))
                .extracting(meter -> meter.getId().getTag("db.operation.name"))
                .containsExactlyInAnyOrder("agent.insert", "statement");
        assertThat(registry.getMeters()).extracting(Meter::getId).noneMatch(id -> id.getTags().stream()
                .anyMatch(tag ->
                        tag.getValue().contains("agent 1") || tag.getValue().contains("nonsense")));
    }

    private SpanData only(String name) {
        List<SpanData> named = exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
        assertThat(named).hasSize(1);
        return named.get(0);
    }

    private static String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }

    @Test
    void aSpanIsBelowTheCallersAndNamesTheRecord() {
        Tracer tracer = telemetry.getTracer("caller");
        Span outer = tracer.spanBuilder("request").startSpan();
        Agent agent;
        try (Scope scope = outer.makeCurrent()) {
            assertThat(scope).isNotNull();
            agent = observed.agents().create(agent("secret-name").build());
        }
        outer.end();

        SpanData span = only("agent.insert");
        assertThat(span.getParentSpanId()).isEqualTo(outer.getSpanContext().getSpanId());
        assertThat(span.getTraceId()).isEqualTo(outer.getSpanContext().getTraceId());
        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(attribute(span, "db.system.name")).isEqualTo(told.get(0).engine());
        assertThat(attribute(span, "db.namespace")).isEqualTo(told.get(0).namespace());
        assertThat(attribute(span, "db.operation.name")).isEqualTo("agent.insert");
        assertThat(attribute(span, "db.query.summary")).isEqualTo("agent.insert");
        assertThat(attribute(span, "db.query.text")).contains("?");
        assertThat(attribute(span, "gen_ai.agent.id")).isEqualTo(agent.id().value());
        assertThat(span.getAttributes().get(AttributeKey.longKey("modelscan.storage.rows")))
                .isOne();
        assertThat(span.getAttributes().asMap().values())
                .noneMatch(value -> String.valueOf(value).contains("secret"));
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(span.getEndEpochNanos() - span.getStartEpochNanos())
                .isEqualTo(told.get(0).duration().toNanos());
        assertThat(span.getInstrumentationScopeInfo().getSchemaUrl()).endsWith("/1.44.0");
    }

    @Test
    void whatATransactionCallsIsBelowIt() {
        observed.useTx(tx -> {
            tx.agents().create(agent("one").build());
            tx.dsl().select(AGENTS.NAME).from(AGENTS).fetch();
        });
        observed.agents().list(10, 0);

        SpanData transaction = only("transaction");
        assertThat(transaction.getParentSpanContext().isValid()).isFalse();
        for (String child : List.of("agent.insert", "select")) {
            SpanData span = only(child);
            assertThat(span.getParentSpanId()).isEqualTo(transaction.getSpanId());
            assertThat(span.getStartEpochNanos()).isGreaterThanOrEqualTo(transaction.getStartEpochNanos());
        }
        assertThat(attribute(transaction, "db.namespace")).isEqualTo(told.get(2).namespace());
        assertThat(exporter.getFinishedSpanItems().get(3).getParentSpanContext().isValid())
                .isFalse();
    }

    @Test
    void aFailureHasItsTypeAndTheDatabasesCode() {
        Agent agent = observed.agents().create(agent("secret-name").build());
        told.clear();
        exporter.reset();
        assertThatThrownBy(() -> observed.useTx(tx -> tx.agents().create(agent)))
                .isInstanceOf(ConflictException.class);

        assertThat(exporter.getFinishedSpanItems()).hasSize(2).allSatisfy(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getStatus().getDescription()).isEmpty();
            assertThat(span.getEvents()).isEmpty();
            assertThat(attribute(span, "error.type")).isEqualTo("dev.modelscan.storage.errors.ConflictException");
            assertThat(attribute(span, "db.response.status_code")).matches("23505|\\d+");
        });
        assertThat(registry.get("db.client.operation.duration")
                        .tag("db.operation.name", "transaction")
                        .tag("db.response.status_code", attribute(only("transaction"), "db.response.status_code"))
                        .timer()
                        .count())
                .isOne();
    }

    @Test
    void rowsThatAreReadLaterEndTheirSpanThen() {
        observed.agents().create(agent("one").build());
        exporter.reset();
        try (org.jooq.Cursor<?> cursor =
                observed.dsl().select(AGENTS.NAME).from(AGENTS).fetchLazy()) {
            observed.agents().list(10, 0);
            assertThat(exporter.getFinishedSpanItems()).hasSize(1);
            assertThat(cursor.fetch()).hasSize(1);
        }
        assertThat(only("select").getParentSpanContext().isValid()).isFalse();
    }

    /** Whoever can write to the database can rewrite its audit log, so its head goes elsewhere. */
    @Test
    void headsOfTheAuditLogAreEventsOfOpenTelemetry() throws InterruptedException {
        List<LogRecordData> events = new ArrayList<>();
        List<Exception> failures = new CopyOnWriteArrayList<>();
        InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();
        db.audit().enable();
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                        .setLoggerProvider(SdkLoggerProvider.builder()
                                .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
                                .build())
                        .build();
                AuditSchedule schedule = AuditSchedule.start(
                        db, Duration.ofMillis(20), new OpenTelemetryAuditHeads(sdk, "app.db"), failures::add)) {
            awaitEvents(logs, 1);
            createAgent("a");
            awaitEvents(logs, 2);
            events.addAll(logs.getFinishedLogRecordItems());
        } finally {
            db.audit().disable();
        }
        assertThat(failures).isEmpty();
        assertThat(events).hasSize(2);
        LogRecordData event = events.get(1);
        assertThat(event.getEventName()).isEqualTo("modelscan.storage.audit.head");
        AuditHead head =
                AuditHead.parse(Objects.requireNonNull(event.getBodyValue()).asString());
        assertThat(event.getAttributes().get(AttributeKey.longKey("modelscan.storage.audit.position")))
                .isEqualTo(head.position());
        assertThat(event.getAttributes().get(AttributeKey.stringKey("modelscan.storage.audit.hash")))
                .isEqualTo(head.hash());
        assertThat(event.getAttributes().get(AttributeKey.stringKey("modelscan.storage.audit.database")))
                .isEqualTo("app.db");
        assertThat(db.audit().verify(head).fault()).isEmpty();
    }

    private static void awaitEvents(InMemoryLogRecordExporter logs, int count) throws InterruptedException {
        for (int i = 0; i < 2_000 && logs.getFinishedLogRecordItems().size() < count; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
