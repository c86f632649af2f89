package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

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
        try (OtlpStore spans = new OtlpStore()) {
            for (Records.Item item = records.next(); item != null; item = records.next()) {
                Place place = item.place();
                JsonNode value = item.value();
                boolean known = false;
                for (JsonNode resource : GeminiParts.either(value, "resourceSpans", "resource_spans")) {
                    known = true;
                    spans(place, resource, spans);
                }
                for (JsonNode resource : GeminiParts.either(value, "resourceLogs", "resource_logs")) {
                    known = true;
                    for (JsonNode scope : GeminiParts.either(resource, "scopeLogs", "scope_logs")) {
                        for (JsonNode log : GeminiParts.either(scope, "logRecords", "log_records")) {
                            spans.addLog(place, log);
                        }
                    }
                }
                if (!known && !value.has("resourceMetrics")) {
                    events.accept(new Event.Refused(place, "has no resourceSpans"));
                }
            }
            new OtlpRuns(spans, events).tell();
        }
    }

    private static void spans(Place place, JsonNode resource, OtlpStore spans) throws IOException {
        ObjectNode attributes = OtlpSpan.attributes(resource.path("resource").path("attributes"));
        JsonNode scopes = GeminiParts.either(resource, "scopeSpans", "scope_spans", "instrumentationLibrarySpans");
        for (JsonNode scope : scopes) {
            for (JsonNode span : scope.path("spans")) {
                spans.add(place, span, attributes, scope.path("scope"));
            }
        }
    }
}
