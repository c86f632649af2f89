package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Contents of the Gemini API: a list of them, or requests and responses with {@code contents} and {@code
 * candidates}.
 */
final class GeminiForm implements Form {

    private static final Set<String> HELD_ELSEWHERE = Set.of("contents", "candidates");

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
                || GeminiChunks.isStream(value.path("response"))
                || value.path("response").path("candidates").isArray()
                || value.path("request").path("contents").isArray();
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        String list = null;
        List<Records.Item> stream = new ArrayList<>();
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            String answer = chunkOf(item.value());
            if (!stream.isEmpty()
                    && !Objects.equals(answer, chunkOf(stream.get(0).value()))) {
                exchange(stream, events);
                stream.clear();
            }
            if (answer != null) {
                stream.add(item);
            } else if (isExchange(item.value())) {
                exchange(List.of(item), events);
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
        if (!stream.isEmpty()) {
            exchange(stream, events);
        }
        if (list != null) {
            end(list, place, events);
        }
    }

    /** The answer of which a record is a chunk, or all: its id; null for any other record. */
    private static @Nullable String chunkOf(JsonNode value) {
        boolean response = value.has("candidates") || value.has("usageMetadata");
        return response && !value.has("contents") ? Fields.text(value, "responseId") : null;
    }

    /** A request with its response, or the records that are chunks of one response. */
    private static void exchange(List<Records.Item> records, Events events) {
        Place place = records.get(0).place();
        String run = "record-" + place.record();
        JsonNode value = records.get(0).value();
        JsonNode chunks = records.size() > 1 ? GeminiChunks.array(records) : value.path("response");
        ObjectNode metadata = records.size() > 1
                ? Fields.object().set("chunks", beyondMessages("response", chunks))
                : beyondMessages(value);
        JsonNode request = value.path("request").isObject() ? value.path("request") : value;
        JsonNode response = chunks.isArray() ? GeminiChunks.whole(chunks) : chunks.isObject() ? chunks : value;
        start(run, place, Fields.text(response, "responseId", "response_id"), metadata, events);
        JsonNode system = GeminiParts.either(request, "systemInstruction", "system_instruction");
        if (system.isObject() || system.isTextual()) {
            message(run, place, Role.SYSTEM, system, events);
            metadata.remove(List.of("systemInstruction", "system_instruction"));
        }
        contents(run, place, request.path("contents"), events);
        for (JsonNode candidate : response.path("candidates")) {
            MessageRead message = read(run, place, candidate.path("content"), "model");
            message.rest().set("candidate", Fields.rest(candidate, "content"));
            events.accept(message);
        }
        called(run, place, response, events);
        end(run, place, events);
    }

    private static ObjectNode beyondMessages(JsonNode record) {
        ObjectNode metadata = Fields.object();
        for (Map.Entry<String, JsonNode> member :
                Fields.rest(record, HELD_ELSEWHERE).properties()) {
            metadata.set(member.getKey(), beyondMessages(member.getKey(), member.getValue()));
        }
        return metadata;
    }

    /** What a member of a record has beyond messages. */
    private static JsonNode beyondMessages(String name, JsonNode value) {
        if (name.equals("response") && value.isArray()) {
            ArrayNode chunks = JsonNodeFactory.instance.arrayNode();
            value.forEach(chunk -> chunks.add(chunk.isObject() ? Fields.rest(chunk, HELD_ELSEWHERE) : chunk));
            return chunks;
        }
        boolean nested = name.equals("request") || name.equals("response");
        return nested && value.isObject() ? Fields.rest(value, HELD_ELSEWHERE) : value;
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
        events.accept(read(run, place, content, "user"));
    }

    private static void message(String run, Place place, Role role, JsonNode content, Events events) {
        ObjectNode rest = Fields.rest(content, "parts");
        MessageRead.Builder message = MessageRead.builder(run, place, role);
        GeminiParts.add(message, content.isObject() ? content.path("parts") : content, null, rest);
        events.accept(message.rest(rest).build());
    }

    /** A content. One that names no role is the user's in a request, and the model's in a candidate. */
    private static MessageRead read(String run, Place place, JsonNode content, String silentRole) {
        JsonNode parts = content.isObject() ? content.path("parts") : content;
        ObjectNode rest = Fields.rest(content, "parts");
        String role = Fields.text(content, "role");
        MessageRead.Builder message =
                MessageRead.builder(run, place, GeminiParts.role(role == null ? silentRole : role, parts));
        if (!parts.isArray() && !parts.isTextual() && !parts.isObject() && !parts.isMissingNode()) {
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
