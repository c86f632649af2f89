package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Traces of OpenTelemetry as OTLP JSON, one object or one a line, with the attributes {@code gen_ai.*}. Spans
 * come in any order, so all of them are read before the first run is told.
 */
final class OtlpForm implements Form {

    @Override
    public String name() {
        return "otlp";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects()
                        .limit(3)
                        .anyMatch(value -> value.path("resourceSpans").isArray()
                                || value.path("resourceLogs").isArray()
                                || value.path("resource_spans").isArray());
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Map<String, OtlpSpan> spans = new LinkedHashMap<>();
        List<JsonNode> logs = new ArrayList<>();
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode value = item.value();
            boolean known = false;
            for (JsonNode resource : GeminiParts.either(value, "resourceSpans", "resource_spans")) {
                known = true;
                spans(place, resource, spans);
            }
            for (JsonNode resource : GeminiParts.either(value, "resourceLogs", "resource_logs")) {
                known = true;
                for (JsonNode scope : GeminiParts.either(resource, "scopeLogs", "scope_logs")) {
                    GeminiParts.either(scope, "logRecords", "log_records").forEach(logs::add);
                }
            }
            if (!known && !value.has("resourceMetrics")) {
                events.accept(new Event.Refused(place, "has no resourceSpans"));
            }
        }
        for (JsonNode log : logs) {
            log(place, log, spans);
        }
        new OtlpRuns(spans, events).tell();
    }

    private static void spans(Place place, JsonNode resource, Map<String, OtlpSpan> spans) {
        ObjectNode attributes = OtlpSpan.attributes(resource.path("resource").path("attributes"));
        JsonNode scopes = GeminiParts.either(resource, "scopeSpans", "scope_spans", "instrumentationLibrarySpans");
        for (JsonNode scope : scopes) {
            for (JsonNode span : scope.path("spans")) {
                OtlpSpan read = OtlpSpan.of(place, span, attributes, scope.path("scope"));
                spans.put(read.key(), read);
            }
        }
    }

    /** A log record is an event of its span. One without a span stands for a span of its own. */
    private static void log(Place place, JsonNode log, Map<String, OtlpSpan> spans) {
        String trace = text(log, "traceId", "trace_id");
        String id = text(log, "spanId", "span_id");
        OtlpSpan span = spans.get(trace + "/" + id);
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
        event.set("attributes", attributes);
        if (span == null) {
            span = new OtlpSpan(
                    place,
                    trace,
                    id,
                    null,
                    name == null ? "log" : name,
                    Fields.time(log, "timeUnixNano", "observedTimeUnixNano"),
                    null,
                    attributes.deepCopy(),
                    new ArrayList<>(),
                    Fields.object(),
                    Fields.object());
            spans.put(span.key(), span);
        }
        span.events().add(event);
        if (event.path("name").asText().equals("gen_ai.client.inference.operation.details")) {
            span.attributes().setAll(attributes);
        }
    }

    private static String text(JsonNode node, String... members) {
        @Nullable String text = Fields.text(node, members);
        return text == null ? "" : text;
    }
}
