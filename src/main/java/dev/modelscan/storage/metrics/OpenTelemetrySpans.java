package dev.modelscan.storage.metrics;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A span of OpenTelemetry for each operation, below the span that is current when it begins. While a transaction runs,
 * its span is the current one, so what is called in it is below it. Needs {@code io.opentelemetry:opentelemetry-api}
 * 1.0 or later, which this library does not bring.
 *
 * <p>A span has the names of OpenTelemetry's conventions for databases; {@code gen_ai.conversation.id} or
 * {@code gen_ai.agent.id} if the operation is about one of these; and {@code modelscan.storage.rows}, {@code .retries},
 * {@code .wait} (seconds) and {@code .commit_group}. Besides these ids, no value that a caller passed is in it, and no
 * message of an exception.
 *
 * @since 0.1.0
 */
public final class OpenTelemetrySpans implements OperationListener {

    private static final String TRANSACTION = "transaction";

    private final Tracer tracer;

    /** Spans of a tracer named {@code dev.modelscan.storage}. Several databases can share one object of this class. */
    public OpenTelemetrySpans(OpenTelemetry openTelemetry) {
        this.tracer = Objects.requireNonNull(openTelemetry, "openTelemetry")
                .tracerBuilder("dev.modelscan.storage")
                .setSchemaUrl("https://opentelemetry.io/schemas/" + Conventions.VERSION)
                .build();
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // the end of the operation closes it
    public OperationListener begins(String engine, Operation.Kind kind) {
        Context parent = Context.current();
        if (kind != Operation.Kind.TRANSACTION) {
            // Samplers look at attributes when a span begins. These are known when the operation has ended.
            return operation -> end(
                    named(operation, tracer.spanBuilder(operation.name()).setParent(parent))
                            .setStartTimestamp(operation.startedAt())
                            .startSpan(),
                    operation);
        }
        Span span = tracer.spanBuilder(TRANSACTION)
                .setSpanKind(SpanKind.CLIENT)
                .setParent(parent)
                .setStartTimestamp(Instant.now())
                .setAttribute(Conventions.SYSTEM, engine)
                .setAttribute(Conventions.OPERATION, TRANSACTION)
                .startSpan();
        Scope scope = span.makeCurrent();
        return operation -> {
            scope.close();
            if (operation.namespace() != null) {
                span.setAttribute(Conventions.NAMESPACE, operation.namespace());
            }
            end(span, operation);
        };
    }

    @Override
    public void ended(Operation operation) {
        begins(operation.engine(), operation.kind()).ended(operation);
    }

    private static SpanBuilder named(Operation operation, SpanBuilder span) {
        span.setSpanKind(SpanKind.CLIENT)
                .setAttribute(Conventions.SYSTEM, operation.engine())
                .setAttribute(Conventions.OPERATION, operation.name())
                .setAttribute(Conventions.QUERY_SUMMARY, operation.name());
        set(span, Conventions.NAMESPACE, operation.namespace());
        set(span, Conventions.QUERY_TEXT, operation.sql());
        if ("conversation".equals(operation.entity())) {
            set(span, Conventions.CONVERSATION_ID, operation.id());
        } else if ("agent".equals(operation.entity())) {
            set(span, Conventions.AGENT_ID, operation.id());
        }
        return span;
    }

    private static void end(Span span, Operation operation) {
        span.setAttribute("modelscan.storage.rows", operation.rows())
                .setAttribute("modelscan.storage.retries", operation.retries())
                .setAttribute("modelscan.storage.wait", operation.waited().toNanos() / 1e9)
                .setAttribute("modelscan.storage.commit_group", operation.groupSize());
        Throwable failure = operation.failure();
        if (failure != null) {
            span.setStatus(StatusCode.ERROR).setAttribute(Conventions.ERROR_TYPE, Failures.type(failure));
            String code = Failures.code(failure);
            if (code != null) {
                span.setAttribute(Conventions.STATUS_CODE, code);
            }
        }
        span.end(operation.startedAt().plus(operation.duration()));
    }

    private static void set(SpanBuilder span, String name, @Nullable String value) {
        if (value != null) {
            span.setAttribute(name, value);
        }
    }
}
