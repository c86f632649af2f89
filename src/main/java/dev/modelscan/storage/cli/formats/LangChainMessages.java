package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** LangChain's messages, in each of the three ways that it writes them. */
final class LangChainMessages {

    private static final String CHUNK = "messagechunk";
    private static final String MESSAGE = "message";

    private final String run;
    private final Events events;

    LangChainMessages(String run, Events events) {
        this.run = run;
        this.events = events;
    }

    /** Whether a value is a message: {@code {type, content}}, {@code {type, data}}, or {@code {lc, id, kwargs}}. */
    static boolean isMessage(JsonNode node) {
        return role(node) != null && body(node).has("content");
    }

    /** The message's own members, without what is wrapped around them. */
    static JsonNode body(JsonNode node) {
        if (node.path("kwargs").isObject()) {
            return node.path("kwargs");
        }
        return node.path("data").isObject() ? node.path("data") : node;
    }

    private static @Nullable Role role(JsonNode node) {
        String type = node.path("type").asText();
        if (node.path("kwargs").isObject() && node.path("id").isArray()) {
            type = node.path("id").path(node.path("id").size() - 1).asText();
        }
        String name = type.toLowerCase(Locale.ROOT);
        name = name.endsWith(CHUNK) ? name.substring(0, name.length() - CHUNK.length()) : name;
        name = name.endsWith(MESSAGE) ? name.substring(0, name.length() - MESSAGE.length()) : name;
        return switch (name) {
            case "human", "user" -> Role.USER;
            case "ai", "assistant" -> Role.ASSISTANT;
            case "system" -> Role.SYSTEM;
            case "developer" -> Role.DEVELOPER;
            case "tool", "function" -> Role.TOOL;
            case "chat", "remove", "generic" -> Role.OTHER;
            default -> null;
        };
    }

    @SuppressWarnings("ReferenceEquality") // It asks whether something is wrapped around the members.
    void read(Place place, JsonNode node, String path) {
        Role role = role(node);
        if (role == null) {
            // A graph's state may hold messages as OpenAI has them.
            new ChatMessages(run, events).read(place, node, path);
            return;
        }
        JsonNode body = body(node);
        ObjectNode rest = Fields.rest(body, "content", "tool_calls", "type");
        if (body != node) {
            Rest.note(rest, "wrapped", Fields.rest(node, "kwargs", "data"));
        } else {
            rest.set("type", node.path("type"));
        }
        MessageRead.Builder message = MessageRead.builder(run, place, role)
                .externalId(Fields.text(body, "id"))
                .author(role == Role.TOOL ? null : Fields.text(body, "name"))
                .createdAt(Fields.time(body, "timestamp", "created_at"))
                .rest(rest);
        JsonNode content = body.path("content");
        if (role == Role.TOOL) {
            message.add(Flag.of(body, content)
                    .answer(
                            body.path("tool_call_id").asText(),
                            body.path("name").asText(),
                            content));
        } else {
            JsonNode calls = body.path("tool_calls").isEmpty()
                    ? body.path("additional_kwargs").path("tool_calls")
                    : body.path("tool_calls");
            content(message, content, calls, rest);
            calls(place, message, calls, path);
        }
        events.accept(message.build());
        usage(place, body);
    }

    private static void content(MessageRead.Builder message, JsonNode content, JsonNode calls, ObjectNode rest) {
        if (content.isTextual()) {
            message.add(new Part.Text(content.textValue()));
        } else if (content.isArray()) {
            for (JsonNode part : content) {
                // A call in the content is in tool_calls too, unless the service answered it itself.
                Part read = part(part);
                boolean again = read instanceof Part.Call call && holds(calls, call.callId());
                message.add(again ? new Part.Other(part) : read);
            }
            ContentParts.withShape(rest, content);
        } else {
            rest.set("content", content);
        }
    }

    private static Part part(JsonNode part) {
        return switch (part.path("type").asText()) {
            case "server_tool_call" ->
                new Part.Call(
                        Fields.text(part, "id"),
                        Fields.text(part, "name"),
                        Fields.json(part.path("args")),
                        null,
                        null,
                        part);
            case "server_tool_result" -> {
                JsonNode output = part.path("output");
                yield Flag.of(part, output).answer(part.path("tool_call_id").asText(), "", output);
            }
            default -> ContentParts.of1(part);
        };
    }

    private static boolean holds(JsonNode calls, @Nullable String id) {
        for (JsonNode call : calls) {
            if (id == null || id.equals(Fields.text(call, "id"))) {
                return true;
            }
        }
        return false;
    }

    private void calls(Place place, MessageRead.Builder message, JsonNode calls, String path) {
        int index = 0;
        for (JsonNode call : calls) {
            JsonNode function = call.path("function").isObject() ? call.path("function") : call;
            String name = Fields.text(function, "name");
            if (name == null) {
                events.accept(new Warned(
                        run,
                        place,
                        path + ".tool_calls[" + index + "]",
                        "has no name; kept as a call of an unnamed tool"));
            }
            JsonNode input = function.has("args") ? function.get("args") : Fields.json(function.path("arguments"));
            message.add(new Part.Call(Fields.text(call, "id"), name, input, null, null, call));
            index++;
        }
    }

    private void usage(Place place, JsonNode body) {
        JsonNode response = body.path("response_metadata");
        Usage usage = Usages.of(body.path("usage_metadata"));
        if (usage.isEmpty()) {
            usage = Usages.of(response.path("token_usage"));
        }
        if (usage.isEmpty()) {
            usage = Usages.of(response.path("usage"));
        }
        if (!usage.isEmpty()) {
            events.accept(new ModelCalled(
                    run,
                    place,
                    Fields.text(body, "id"),
                    null,
                    Fields.text(response, "model_name", "model", "model_id"),
                    Fields.text(response, "model_provider"),
                    usage,
                    null,
                    null,
                    null,
                    null,
                    Fields.text(response, "finish_reason", "stop_reason")));
        }
    }
}
