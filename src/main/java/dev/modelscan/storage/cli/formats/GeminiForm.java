package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Contents of the Gemini API: a list of them, or requests and responses with {@code contents} and {@code
 * candidates}.
 */
final class GeminiForm implements Form {

    @Override
    public String name() {
        return "gemini";
    }

    @Override
    public boolean recognizes(First first) {
        if (first.framing() == Framing.SQLITE) {
            return false;
        }
        JsonNode value = first.value().isArray() ? first.value().path(0) : first.value();
        return isContent(value) || isExchange(value);
    }

    private static boolean isContent(JsonNode value) {
        return value.path("parts").isArray()
                && (!value.has("role") || value.path("role").isTextual())
                && !value.has("author");
    }

    private static boolean isExchange(JsonNode value) {
        return isContent(value.path("contents").path(0))
                || value.path("contents").isObject()
                || value.path("candidates").isArray()
                || value.path("response").path("candidates").isArray()
                || value.path("request").path("contents").isArray();
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        String list = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            if (isExchange(item.value())) {
                exchange("record-" + place.record(), item, events);
            } else if (item.value().isArray()) {
                String run = "list-" + place.record();
                start(run, place, null, Fields.object(), events);
                contents(run, place, item.value(), events);
                end(run, place, events);
            } else {
                String key = "contents-" + item.array();
                if (!key.equals(list)) {
                    if (list != null) {
                        end(list, place, events);
                    }
                    list = key;
                    start(key, place, null, Fields.object(), events);
                }
                content(key, place, item.value(), events);
            }
        }
        if (list != null) {
            end(list, place, events);
        }
    }

    private static void exchange(String run, Records.Item item, Events events) {
        JsonNode value = item.value();
        ObjectNode metadata = Fields.object();
        for (Map.Entry<String, JsonNode> member :
                Fields.rest(value, "contents", "candidates").properties()) {
            JsonNode inner = member.getValue();
            boolean nested =
                    member.getKey().equals("request") || member.getKey().equals("response");
            metadata.set(member.getKey(), nested ? Fields.rest(inner, "contents", "candidates") : inner);
        }
        JsonNode request = value.path("request").isObject() ? value.path("request") : value;
        JsonNode response = value.path("response").isObject() ? value.path("response") : value;
        start(run, item.place(), Fields.text(response, "responseId", "response_id"), metadata, events);
        JsonNode system = GeminiParts.either(request, "systemInstruction", "system_instruction");
        if (system.isObject() || system.isTextual()) {
            message(run, item.place(), Role.SYSTEM, system, events);
            metadata.remove(java.util.List.of("systemInstruction", "system_instruction"));
        }
        JsonNode contents = request.path("contents");
        contents(run, item.place(), contents, events);
        for (JsonNode candidate : response.path("candidates")) {
            MessageRead message = read(run, item.place(), candidate.path("content"));
            ObjectNode beyond = Fields.rest(candidate, "content");
            message.rest().set("candidate", beyond);
            events.accept(message);
        }
        called(run, item.place(), response, events);
        end(run, item.place(), events);
    }

    private static void contents(String run, Place place, JsonNode contents, Events events) {
        if (contents.isArray()) {
            for (JsonNode content : contents) {
                content(run, place, content, events);
            }
        } else if (contents.isObject() || contents.isTextual()) {
            content(run, place, contents, events);
        }
    }

    private static void content(String run, Place place, JsonNode content, Events events) {
        events.accept(read(run, place, content));
    }

    private static void message(String run, Place place, Role role, JsonNode content, Events events) {
        ObjectNode rest = Fields.rest(content, "parts");
        MessageRead.Builder message = MessageRead.builder(run, place, role);
        GeminiParts.add(message, content.isObject() ? content.path("parts") : content, null, rest);
        events.accept(message.rest(rest).build());
    }

    private static MessageRead read(String run, Place place, JsonNode content) {
        JsonNode parts = content.isObject() ? content.path("parts") : content;
        ObjectNode rest = Fields.rest(content, "parts");
        String role = Fields.text(content, "role");
        MessageRead.Builder message =
                MessageRead.builder(run, place, GeminiParts.role(role == null ? "user" : role, parts));
        if (!parts.isArray() && !parts.isTextual() && !parts.isObject()) {
            Rest.note(rest, "parts_as_found", parts);
        }
        GeminiParts.add(message, parts, null, rest);
        return message.rest(rest).build();
    }

    private static void called(String run, Place place, JsonNode response, Events events) {
        JsonNode usage = GeminiParts.either(response, "usageMetadata", "usage_metadata");
        Usage tokens = GeminiParts.usage(usage);
        String model = Fields.text(response, "modelVersion", "model_version", "model");
        if (!tokens.isEmpty()) {
            String id = Fields.text(response, "responseId", "response_id");
            String finish = Fields.text(response.path("candidates").path(0), "finishReason", "finish_reason");
            events.accept(new ModelCalled(
                    run,
                    place,
                    null,
                    id,
                    model,
                    "google",
                    tokens,
                    null,
                    null,
                    Fields.time(response, "createTime", "create_time"),
                    null,
                    finish));
        }
    }

    private static void start(String run, Place place, @Nullable String id, ObjectNode metadata, Events events) {
        events.accept(new RunStarted(run, place, id, null, null, null, null, metadata));
    }

    private static void end(String run, Place place, Events events) {
        events.accept(new RunEnded(run, place, null, null, null, null, null, Fields.object()));
    }
}
