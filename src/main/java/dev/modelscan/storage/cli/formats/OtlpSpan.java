package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A span, with its attributes as plain JSON.
 *
 * @param events its events, each with {@code name} and {@code attributes}
 * @param status {@code code} and {@code message}
 * @param beyond what it has beside, with the attributes of its resource and the scope
 */
record OtlpSpan(
        Place place,
        String trace,
        String id,
        @Nullable String parent,
        String name,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        ObjectNode attributes,
        List<ObjectNode> events,
        JsonNode status,
        ObjectNode beyond) {

    static OtlpSpan of(Place place, JsonNode span, ObjectNode resource, JsonNode scope) {
        List<ObjectNode> events = new ArrayList<>();
        for (JsonNode event : span.path("events")) {
            ObjectNode plain = Fields.rest(event, "attributes");
            plain.set("attributes", attributes(event.path("attributes")));
            events.add(plain);
        }
        ObjectNode beyond = Fields.rest(span, "attributes", "events", "status");
        if (!resource.isEmpty()) {
            beyond.set("resource", resource);
        }
        if (scope.isObject()) {
            beyond.set("scope", scope);
        }
        if (span.has("status")) {
            beyond.set("status", span.path("status"));
        }
        String parent = Fields.text(span, "parentSpanId", "parent_span_id");
        ObjectNode attributes = OpenInference.translate(attributes(span.path("attributes")));
        String near = attributes.path(OtlpOwn.NEAR_TIMES).asText();
        return new OtlpSpan(
                place,
                orEmpty(Fields.text(span, "traceId", "trace_id")),
                orEmpty(Fields.text(span, "spanId", "span_id")),
                parent == null || parent.isEmpty() ? null : parent,
                orEmpty(Fields.text(span, "name")),
                near.contains("start") ? null : Fields.time(span, "startTimeUnixNano", "start_time_unix_nano"),
                near.contains("end") ? null : Fields.time(span, "endTimeUnixNano", "end_time_unix_nano"),
                attributes,
                events,
                span.path("status"),
                beyond);
    }

    /** The same span with what differs. */
    OtlpSpan with(
            String ownId,
            @Nullable String above,
            @Nullable Instant end,
            ObjectNode ownAttributes,
            List<ObjectNode> ownEvents) {
        return new OtlpSpan(place, trace, ownId, above, name, startedAt, end, ownAttributes, ownEvents, status, beyond);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Its place in its run, if this program wrote the trace; else a negative number. */
    long position() {
        Long position = Fields.count(attributes, OtlpOwn.POSITION);
        return position == null ? -1 : position;
    }

    String key() {
        return trace + "/" + id;
    }

    @Nullable
    String parentKey() {
        return parent == null ? null : trace + "/" + parent;
    }

    /** What the span does, such as {@code chat}; taken from its name if no attribute says it. */
    String operation() {
        String named = Fields.text(attributes, "gen_ai.operation.name");
        if (named != null) {
            return named;
        }
        if (name.startsWith("execute_tool ") || attributes.has("gen_ai.tool.name")) {
            return "execute_tool";
        }
        if (name.startsWith("invoke_agent") || (attributes.has("gen_ai.agent.name") && !isModelCall())) {
            return "invoke_agent";
        }
        return isModelCall() ? "chat" : "";
    }

    private boolean isModelCall() {
        return attributes.has("gen_ai.request.model")
                || attributes.has("gen_ai.response.model")
                || attributes.has("gen_ai.input.messages")
                || attributes.has("gen_ai.output.messages")
                || events.stream().anyMatch(event -> event.path("name").asText().startsWith("gen_ai."));
    }

    boolean isAgent() {
        return operation().equals("invoke_agent") || operation().equals("create_agent");
    }

    boolean isTool() {
        return operation().equals("execute_tool");
    }

    boolean isCall() {
        return !isAgent() && !isTool() && !operation().isEmpty();
    }

    /** Whether the status, or the attribute {@code error.type}, says that it failed. */
    boolean failed() {
        return hasFailedStatus() || errorType() != null;
    }

    boolean hasFailedStatus() {
        return Set.of("2", "STATUS_CODE_ERROR", "ERROR").contains(code());
    }

    /** Whether the status says that it succeeded; most programs leave it unset. */
    boolean hasGoodStatus() {
        return Set.of("1", "STATUS_CODE_OK", "OK").contains(code());
    }

    private String code() {
        return status.path("code").asText().toUpperCase(Locale.ROOT);
    }

    /** What it failed with; null if no attribute says that. */
    @Nullable
    String errorType() {
        String type = Fields.text(attributes, "error.type");
        return type == null || type.isBlank() ? null : type;
    }

    /** The tool that it ran, by an attribute or by its name. */
    String toolName() {
        String named = Fields.text(attributes, "gen_ai.tool.name");
        return named == null ? name.replaceFirst("^execute_tool ", "") : named;
    }

    /** Attributes as one object of plain values. */
    static ObjectNode attributes(JsonNode list) {
        ObjectNode attributes = Fields.object();
        if (list.isObject()) {
            attributes.setAll((ObjectNode) list);
        }
        for (JsonNode attribute : list.isArray() ? list : Fields.object()) {
            String key = Fields.text(attribute, "key");
            if (key != null) {
                attributes.set(key, value(attribute.path("value")));
            }
        }
        return attributes;
    }

    /** A value of OTLP as plain JSON: whole numbers are text there. */
    static JsonNode value(JsonNode value) {
        if (!value.isObject()) {
            return value;
        }
        for (var member : value.properties()) {
            JsonNode inner = member.getValue();
            switch (member.getKey()) {
                case "intValue", "int_value" -> {
                    return inner.isTextual() ? number(inner) : inner;
                }
                case "arrayValue", "array_value" -> {
                    ArrayNode array = JsonNodeFactory.instance.arrayNode();
                    inner.path("values").forEach(each -> array.add(value(each)));
                    return array;
                }
                case "kvlistValue", "kvlist_value" -> {
                    return attributes(inner.path("values"));
                }
                case "stringValue", "string_value", "boolValue", "bool_value", "doubleValue", "double_value" -> {
                    return inner;
                }
                case "bytesValue", "bytes_value" -> {
                    return inner;
                }
                default -> {
                    // Not a value of OTLP.
                }
            }
        }
        return value.isEmpty() ? MissingNode.getInstance() : value;
    }

    /** An object, or text that holds one; an empty one for anything else. */
    static ObjectNode object(JsonNode value) {
        return Fields.structure(value) instanceof ObjectNode object ? object : Fields.object();
    }

    private static JsonNode number(JsonNode text) {
        JsonNode number = Fields.json(text);
        return number != null && number.isIntegralNumber() ? number : text;
    }
}
