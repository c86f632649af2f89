package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Converse API of Amazon Bedrock, whose parts are told by their one member instead of a type: lists of messages, requests,
 * responses, and the log of invocations, which has both.
 */
final class BedrockForm implements Form {

    private static final int MOST_LOOKED_AT = 10;
    private static final List<String> REQUESTS = List.of("", "request", "input/inputBodyJson");
    private static final List<String> RESPONSES = List.of("", "response", "output/outputBodyJson");
    private static final Set<String> PARTS = Set.of(
            "text",
            "toolUse",
            "toolResult",
            "reasoningContent",
            "image",
            "document",
            "video",
            "audio",
            "cachePoint",
            "guardContent");
    /** Those that no other form has. */
    private static final Set<String> OWN_PARTS = Set.of("toolUse", "toolResult", "reasoningContent");

    private static final Map<String, Role> ROLES =
            Map.of("user", Role.USER, "assistant", Role.ASSISTANT, "system", Role.SYSTEM);

    @Override
    public String name() {
        return "bedrock";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.values().stream().limit(MOST_LOOKED_AT).noneMatch(BedrockForm::isOthers)
                && first.values().stream()
                        .limit(MOST_LOOKED_AT)
                        .anyMatch(value -> isMessage(value) || isList(value) || isExchange(value));
    }

    /** Others have texts without a type too, and calls beside them. */
    private static boolean isOthers(JsonNode message) {
        return message.has("tool_calls") || message.has("function_call");
    }

    private static boolean isMessage(JsonNode value) {
        JsonNode content = value.path("content");
        boolean own = false;
        boolean typed = false;
        boolean known = false;
        for (JsonNode part : content.isArray() ? content : Fields.object()) {
            typed |= !part.isObject() || part.has("type");
            known |= part.properties().stream().anyMatch(member -> PARTS.contains(member.getKey()));
            own |= !part.has("type") && OWN_PARTS.stream().anyMatch(part::has);
        }
        return (own || (known && !typed))
                && ROLES.containsKey(value.path("role").asText());
    }

    private static boolean isList(JsonNode list) {
        int looked = 0;
        boolean own = false;
        for (JsonNode message : list.isArray() ? list : Fields.object()) {
            if (!message.has("role") || isOthers(message)) {
                return false;
            }
            own |= isMessage(message);
            if (++looked == MOST_LOOKED_AT) {
                return own;
            }
        }
        return own;
    }

    private static boolean isExchange(JsonNode value) {
        return isList(request(value).path("messages")) || isMessage(answer(value));
    }

    private static JsonNode request(JsonNode value) {
        return REQUESTS.stream()
                .map(place -> ChatRecord.at(value, place))
                .filter(body -> body.path("messages").isArray())
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private static JsonNode response(JsonNode value) {
        return RESPONSES.stream()
                .map(place -> ChatRecord.at(value, place))
                .filter(body -> body.path("output").path("message").isObject())
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private static JsonNode answer(JsonNode value) {
        return response(value).path("output").path("message");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        String list = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode value = item.value();
            String key = "messages " + item.array();
            if (isExchange(value) || request(value).path("messages").path(0).has("role")) {
                exchange("record " + place.record(), place, value, events);
            } else if (isList(value)) {
                String run = "record " + place.record();
                start(run, place, null, Fields.object(), events);
                for (JsonNode message : value) {
                    message(run, place, message, events);
                }
                end(run, place, events);
            } else if (value.has("role") && value.has("content")) {
                if (!key.equals(list)) {
                    end(list, place, events);
                    start(key, place, null, Fields.object(), events);
                    list = key;
                }
                message(key, place, value, events);
            } else {
                events.accept(new Event.Refused(place, "holds no message of the Converse API"));
            }
        }
        end(list, place, events);
    }

    private static void start(String run, Place place, @Nullable String id, ObjectNode metadata, Events events) {
        events.accept(new RunStarted(run, place, id, null, null, null, Fields.time(metadata, "timestamp"), metadata));
    }

    private static void end(@Nullable String run, Place place, Events events) {
        if (run != null) {
            events.accept(new RunEnded(run, place, null, null, null, null, null, Fields.object()));
        }
    }

    private static void exchange(String run, Place place, JsonNode value, Events events) {
        JsonNode request = request(value);
        JsonNode response = response(value);
        ObjectNode metadata = Fields.rest(value, "messages", "system", "output", "request", "response", "input");
        note(metadata, "request", request, value, "messages", "system");
        note(metadata, "response", response, value, "output");
        note(metadata, "input", value.path("input"), request, "inputBodyJson");
        if (!value.path("output").equals(response.path("output"))) {
            note(metadata, "output", value.path("output"), value, "outputBodyJson");
        }
        for (String name : List.of("request", "response", "input", "output")) {
            JsonNode own = value.path(name);
            boolean isBody = own.isObject() && (name.equals("input") || name.equals("output"));
            if (!own.isMissingNode() && !isBody && !own.equals(request) && !own.equals(response)) {
                metadata.set(name, own);
            }
        }
        start(run, place, Fields.text(value, "requestId"), metadata, events);
        JsonNode system = request.path("system");
        if (system.isTextual() || !system.isEmpty()) {
            ObjectNode prompt = Fields.object().put("role", "system");
            prompt.set("content", system);
            message(run, place, prompt, events);
        }
        request.path("messages").forEach(message -> message(run, place, message, events));
        if (response.isObject()) {
            message(run, place, answer(value), events);
        }
        called(run, place, value, request, response, events);
        end(run, place, events);
    }

    private static void called(
            String run, Place place, JsonNode value, JsonNode request, JsonNode response, Events events) {
        JsonNode usage = response.path("usage");
        Usage tokens = new Usage(
                Fields.count(usage, "inputTokens"),
                Fields.count(usage, "outputTokens"),
                Fields.count(usage, "cacheReadInputTokens"),
                Fields.count(usage, "cacheWriteInputTokens"),
                null);
        if (!tokens.isEmpty()) {
            String model = Fields.text(value, "modelId");
            events.accept(new ModelCalled(
                    run,
                    place,
                    null,
                    Fields.text(value, "requestId"),
                    model == null ? Fields.text(request, "modelId") : model,
                    "aws.bedrock",
                    tokens,
                    null,
                    null,
                    null,
                    Fields.time(value, "timestamp"),
                    Fields.text(response, "stopReason")));
        }
    }

    /** Keeps what an object has beyond the messages, unless it is the record itself. */
    private static void note(ObjectNode metadata, String name, JsonNode object, JsonNode record, String... known) {
        ObjectNode rest = Fields.rest(object, known);
        if (!object.equals(record) && !rest.isEmpty()) {
            metadata.set(name, rest);
        }
    }

    private static void message(String run, Place place, JsonNode message, Events events) {
        String name = message.path("role").asText();
        JsonNode content = message.path("content");
        ObjectNode rest = Fields.rest(message, "content", "role");
        Role role = ROLES.getOrDefault(name, Role.OTHER);
        if (role == Role.OTHER) {
            events.accept(new Event.Warned(run, place, "role", "is not a role that the form has; kept as other"));
            rest.set("role", message.path("role"));
        }
        for (JsonNode part : content) {
            role = part.has("toolResult") ? Role.TOOL : role;
        }
        MessageRead.Builder read = MessageRead.builder(run, place, role);
        if (content.isTextual()) {
            read.add(new Part.Text(content.textValue()));
        } else {
            int position = 0;
            for (JsonNode part : content) {
                read.add(part(part, position++, rest));
            }
        }
        events.accept(read.rest(rest).build());
    }

    private static Part part(JsonNode part, int position, ObjectNode rest) {
        JsonNode use = part.path("toolUse");
        JsonNode result = part.path("toolResult");
        if (part.path("text").isTextual()) {
            Rest.part(rest, position, Fields.rest(part, "text"));
            return new Part.Text(part.path("text").textValue());
        }
        if (use.isObject()) {
            JsonNode input = Fields.json(use.path("input"));
            return new Part.Call(Fields.text(use, "toolUseId"), Fields.text(use, "name"), input, null, null, part);
        }
        if (result.isObject()) {
            Rest.part(rest, position, Fields.rest(result, "toolUseId", "content"));
            JsonNode content = result.path("content");
            return Flag.of(result, content).answer(result.path("toolUseId").asText(), "", content);
        }
        if (part.has("reasoningContent")) {
            JsonNode thought = part.path("reasoningContent");
            return new Part.Reasoning(
                    thought.path("reasoningText").isObject() && thought.size() == 1
                            ? thought.path("reasoningText")
                            : thought);
        }
        for (String kind : List.of("image", "audio", "video", "document")) {
            if (part.path(kind).isObject()) {
                String format = Fields.text(part.path(kind), "format");
                boolean isFile = kind.equals("document") || kind.equals("video");
                String type =
                        format == null || kind.equals("document") ? null : kind + "/" + format.toLowerCase(Locale.ROOT);
                return new Part.Media(isFile ? "file" : kind, type, part);
            }
        }
        return new Part.Other(part);
    }
}
