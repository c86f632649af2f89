package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages as conventions up to 1.36 have them: an event for each, or attributes with an index such as
 * {@code gen_ai.prompt.0.content}. They are given in the form of {@code gen_ai.input.messages}.
 */
final class OtlpEvents {

    private OtlpEvents() {}

    /** The message of an event; nothing if it is another event. The flag says whether the model wrote it. */
    static void read(ObjectNode event, BiConsumer<JsonNode, Boolean> messages) {
        String name = event.path("name").asText();
        JsonNode body = event.path("attributes");
        JsonNode content = Fields.structure(body.path("gen_ai.event.content"));
        body = content.isObject() ? content : body;
        if (name.equals("gen_ai.client.inference.operation.details")) {
            all(body, messages);
        } else if (name.startsWith("gen_ai.content.")) {
            whole(body, messages);
        } else if (name.equals("gen_ai.choice")) {
            JsonNode message = Fields.structure(body.path("message"));
            ObjectNode choice = message(message.isObject() ? message : messageOf(body, message), "assistant");
            String finish = Fields.text(body, "finish_reason");
            if (finish != null) {
                choice.put("finish_reason", finish);
            }
            messages.accept(choice, true);
        } else if (name.startsWith("gen_ai.") && name.endsWith(".message")) {
            messages.accept(message(body, name.substring(7, name.length() - 8)), false);
        }
    }

    /** The messages of the attributes that hold a list of them. */
    static void all(JsonNode attributes, BiConsumer<JsonNode, Boolean> messages) {
        list(attributes.path("gen_ai.input.messages"), "user", false, messages);
        list(attributes.path("gen_ai.output.messages"), "assistant", true, messages);
    }

    /** The messages of the attributes that held a list of them, or text, before. */
    static void whole(JsonNode attributes, BiConsumer<JsonNode, Boolean> messages) {
        list(attributes.path("gen_ai.prompt"), "user", false, messages);
        list(attributes.path("gen_ai.completion"), "assistant", true, messages);
    }

    private static void list(JsonNode value, String role, boolean output, BiConsumer<JsonNode, Boolean> messages) {
        JsonNode list = Fields.structure(value);
        list = list.path("messages").isArray() ? list.path("messages") : list;
        if (list.isArray()) {
            list.forEach(each -> messages.accept(withParts(each, role), output));
        } else if (!list.isMissingNode()) {
            messages.accept(withParts(list, role), output);
        }
    }

    /** Many write messages there as they sent them to the model: with content, and without parts. */
    private static JsonNode withParts(JsonNode message, String role) {
        if (message.has("parts")) {
            return message;
        }
        ObjectNode made = message(message.isObject() ? message : messageOf(message, message), role);
        made.setAll(Fields.rest(message, "role", "name", "content", "tool_calls", "id", "tool_call_id"));
        return made;
    }

    private static JsonNode messageOf(JsonNode body, JsonNode message) {
        return message.isMissingNode() ? body : Fields.object().<ObjectNode>set("content", message);
    }

    private static ObjectNode message(JsonNode body, String defaultRole) {
        String role = Fields.text(body, "role");
        ObjectNode message = Fields.object().put("role", role == null ? defaultRole : role);
        String name = Fields.text(body, "name");
        if (name != null && !message.path("role").asText().equals("tool")) {
            message.put("name", name);
        }
        ArrayNode parts = message.putArray("parts");
        JsonNode content = Fields.structure(body.path("content"));
        if (message.path("role").asText().equals("tool")) {
            ObjectNode answer = parts.addObject().put("type", "tool_call_response");
            answer.put("id", Fields.text(body, "id", "tool_call_id"));
            if (!content.isMissingNode()) {
                answer.set("response", content);
            }
            return message;
        }
        contents(parts, content);
        for (JsonNode call : Fields.structure(body.path("tool_calls"))) {
            JsonNode function = Fields.structure(call.path("function"));
            parts.add(call(Fields.text(call, "id"), Fields.text(function, "name"), function.path("arguments")));
        }
        return message;
    }

    private static ObjectNode call(@Nullable String id, @Nullable String name, JsonNode arguments) {
        ObjectNode call = Fields.object().put("type", "tool_call").put("id", id).put("name", name);
        JsonNode input = Fields.json(arguments);
        if (input != null) {
            call.set("arguments", input);
        }
        return call;
    }

    private static void contents(ArrayNode parts, JsonNode content) {
        if (content.isArray()) {
            for (JsonNode part : content) {
                String type =
                        part.path("type").asText(part.has("toolUse") ? "toolUse" : part.has("text") ? "text" : "");
                JsonNode use = part.path("toolUse");
                switch (type) {
                    case "text" ->
                        parts.addObject()
                                .put("type", "text")
                                .put("content", part.path("text").asText());
                    case "tool_use" ->
                        parts.add(call(Fields.text(part, "id"), Fields.text(part, "name"), part.path("input")));
                    case "toolUse" ->
                        parts.add(call(Fields.text(use, "toolUseId"), Fields.text(use, "name"), use.path("input")));
                    default -> parts.add(part);
                }
            }
        } else if (content.isTextual()) {
            if (!content.textValue().isEmpty()) {
                parts.addAll(OtlpMessages.text(content));
            }
        } else if (content.isObject()) {
            parts.add(content);
        }
    }

    /** Messages in attributes with an index. */
    static void indexed(ObjectNode attributes, BiConsumer<JsonNode, Boolean> messages) {
        for (String prefix : new String[] {"gen_ai.prompt.", "gen_ai.completion."}) {
            TreeMap<Integer, ObjectNode> found = new TreeMap<>();
            for (var attribute : attributes.properties()) {
                String[] path = attribute.getKey().startsWith(prefix)
                        ? attribute.getKey().substring(prefix.length()).split("\\.", 2)
                        : new String[0];
                if (path.length == 2 && path[0].matches("\\d{1,6}")) {
                    found.computeIfAbsent(Integer.valueOf(path[0]), index -> Fields.object())
                            .set(path[1], attribute.getValue());
                }
            }
            for (ObjectNode flat : found.values()) {
                for (int call = 0; flat.has("tool_calls." + call + ".name"); call++) {
                    String member = "tool_calls." + call + ".";
                    ObjectNode function = Fields.object();
                    function.put("name", Fields.text(flat, member + "name"));
                    function.put("arguments", Fields.text(flat, member + "arguments"));
                    ObjectNode written = flat.withArrayProperty("tool_calls").addObject();
                    written.put("id", Fields.text(flat, member + "id"));
                    written.set("function", function);
                }
                ObjectNode message = message(flat, prefix.contains("prompt") ? "user" : "assistant");
                if (flat.has("finish_reason")) {
                    message.set("finish_reason", flat.path("finish_reason"));
                }
                messages.accept(message, prefix.contains("completion"));
            }
        }
    }
}
