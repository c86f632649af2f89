package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Log records of OTLP, which are events of their spans. */
final class OtlpLogs {

    private OtlpLogs() {}

    /** The span with the log record as another event; without a span, the record stands for one of its own. */
    static OtlpSpan add(Place place, JsonNode log, @Nullable OtlpSpan of) {
        ObjectNode event = Fields.object();
        ObjectNode attributes = OtlpSpan.attributes(log.path("attributes"));
        JsonNode body = OtlpSpan.value(log.path("body"));
        String name = Fields.text(log, "eventName", "event_name");
        event.put("name", name == null ? Fields.text(attributes, "event.name") : name);
        if (Fields.structure(body).isObject()) {
            attributes.setAll((ObjectNode) Fields.structure(body));
        } else if (!body.isMissingNode()) {
            attributes.set("body", body);
        }
        if (log.has("timeUnixNano")) {
            event.set("timeUnixNano", log.path("timeUnixNano"));
        }
        event.set("attributes", attributes);
        OtlpSpan span = of == null ? alone(place, log, name, attributes) : of;
        boolean ofSpan = OtlpDetails.is(event)
                && OtlpDetails.areOf(span)
                && span.events().stream().noneMatch(OtlpDetails::is);
        span.events().add(event);
        if (ofSpan) {
            span.attributes().setAll(attributes);
        }
        return span;
    }

    private static OtlpSpan alone(Place place, JsonNode log, @Nullable String name, ObjectNode attributes) {
        return new OtlpSpan(
                place,
                Objects.requireNonNullElse(Fields.text(log, "traceId", "trace_id"), ""),
                Objects.requireNonNullElse(Fields.text(log, "spanId", "span_id"), ""),
                null,
                name == null ? "log" : name,
                Fields.time(log, "timeUnixNano", "observedTimeUnixNano"),
                null,
                attributes.deepCopy(),
                new ArrayList<>(),
                Fields.object(),
                Fields.object());
    }
}
