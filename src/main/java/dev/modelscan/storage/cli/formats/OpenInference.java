package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The attributes of OpenInference, such as {@code llm.input_messages.0.message.role}, as those of {@code gen_ai.*}. */
final class OpenInference {

    private static final String KIND = "openinference.span.kind";

    /** What both conventions say, by the name here and the name there. */
    private static final Map<String, String> SAME = Map.of(
            "session.id", "gen_ai.conversation.id",
            "llm.model_name", "gen_ai.request.model",
            "llm.token_count.prompt", "gen_ai.usage.input_tokens",
            "llm.token_count.completion", "gen_ai.usage.output_tokens",
            "llm.token_count.prompt_details.cache_read", "gen_ai.usage.cache_read.input_tokens",
            "llm.token_count.prompt_details.cache_write", "gen_ai.usage.cache_creation.input_tokens",
            "llm.token_count.completion_details.reasoning", "gen_ai.usage.reasoning.output_tokens");

    private OpenInference() {}

    /** Adds to attributes what the other convention calls it. Messages, and what a tool took and gave, change their place. */
    static ObjectNode translate(ObjectNode attributes) {
        String kind = Fields.text(attributes, KIND);
        if (kind == null) {
            return attributes;
        }
        SAME.forEach((here, there) -> add(attributes, there, attributes.path(here)));
        String provider = Fields.text(attributes, "llm.provider", "llm.system");
        if (provider != null) {
            attributes.put("gen_ai.provider.name", provider);
        }
        String agent = Fields.text(attributes, "agent.name");
        switch (kind.toUpperCase(java.util.Locale.ROOT)) {
            case "LLM" -> {
                attributes.put("gen_ai.operation.name", "chat");
                messages(attributes);
            }
            case "AGENT" -> {
                attributes.put("gen_ai.operation.name", "invoke_agent");
                agent = agent == null ? Fields.text(attributes, "graph.node.id") : agent;
            }
            case "TOOL" -> {
                attributes.put("gen_ai.operation.name", "execute_tool");
                add(attributes, "gen_ai.tool.name", attributes.path("tool.name"));
                String call = Fields.text(attributes, "tool.id", "tool_call.id");
                if (call != null) {
                    attributes.put(OtlpTools.CALL_ID, call);
                }
                move(attributes, "input.value", "gen_ai.tool.call.arguments");
                move(attributes, "output.value", "gen_ai.tool.call.result");
            }
            default -> {
                // A step of a program, whose attributes are kept as they are.
            }
        }
        if (agent != null) {
            attributes.put("gen_ai.agent.name", agent);
        }
        return attributes;
    }

    private static void add(ObjectNode attributes, String name, JsonNode value) {
        if (!value.isMissingNode() && !attributes.has(name)) {
            attributes.set(name, value);
        }
    }

    private static void move(ObjectNode attributes, String from, String to) {
        JsonNode value = attributes.remove(from);
        if (value != null) {
            add(attributes, to, value);
        }
    }

    private static void messages(ObjectNode attributes) {
        ArrayNode input = list(attributes, "llm.input_messages");
        ArrayNode output = list(attributes, "llm.output_messages");
        boolean hasMessages = !input.isEmpty() || !output.isEmpty();
        side(attributes, "input", input, hasMessages, "user");
        side(attributes, "output", output, hasMessages, "assistant");
    }

    private static void side(ObjectNode attributes, String side, ArrayNode messages, boolean hasMessages, String role) {
        if (!messages.isEmpty()) {
            add(attributes, "gen_ai." + side + ".messages", messages);
            // The request or the response once more, as the provider has it.
            attributes.remove(List.of(side + ".value", side + ".mime_type"));
            return;
        }
        JsonNode value = attributes.path(side + ".value");
        boolean isJson = attributes.path(side + ".mime_type").asText().contains("json");
        if (hasMessages && !isJson && value.isTextual()) {
            ObjectNode message = messages.addObject().put("role", role);
            message.putArray("parts").addObject().put("type", "text").set("content", value);
            add(attributes, "gen_ai." + side + ".messages", messages);
            attributes.remove(side + ".value");
        } else if (!isJson || Fields.structure(value).path("messages").isArray()) {
            move(attributes, side + ".value", side.equals("input") ? "gen_ai.prompt" : "gen_ai.completion");
        }
    }

    private static ArrayNode list(ObjectNode attributes, String prefix) {
        ArrayNode messages = JsonNodeFactory.instance.arrayNode();
        items(attributes, prefix).forEach(item -> messages.add(message(item)));
        Pattern read = Pattern.compile(Pattern.quote(prefix) + "\\.\\d{1,6}\\..+");
        List<String> names =
                attributes.properties().stream().map(Map.Entry::getKey).toList();
        names.stream().filter(name -> read.matcher(name).matches()).forEach(attributes::remove);
        return messages;
    }

    /** The items of a list whose members have names such as {@code prefix.0.member}, in order, by what is behind the number. */
    private static Collection<ObjectNode> items(ObjectNode flat, String prefix) {
        TreeMap<Integer, ObjectNode> items = new TreeMap<>();
        int start = prefix.length() + 1;
        for (Map.Entry<String, JsonNode> member : flat.properties()) {
            String name = member.getKey();
            int end = name.startsWith(prefix + ".") ? name.indexOf('.', start) : -1;
            if (end > start && name.substring(start, end).matches("\\d{1,6}")) {
                items.computeIfAbsent(Integer.valueOf(name.substring(start, end)), index -> Fields.object())
                        .set(name.substring(end + 1), member.getValue());
            }
        }
        return items.values();
    }

    private static ObjectNode message(ObjectNode flat) {
        ObjectNode message = Fields.object();
        message.put("role", Fields.text(flat, "message.role"));
        ArrayNode parts = message.putArray("parts");
        String answers = Fields.text(flat, "message.tool_call_id");
        JsonNode content = flat.path("message.content");
        if (answers != null || message.path("role").asText().equals("tool")) {
            ObjectNode answer =
                    parts.addObject().put("type", "tool_call_response").put("id", answers);
            add(answer, "name", flat.path("message.name"));
            ArrayNode contents = contents(flat);
            add(answer, "response", content.isMissingNode() && !contents.isEmpty() ? contents : content);
        } else {
            add(message, "name", flat.path("message.name"));
            parts.addAll(contents(flat));
            if (content.isTextual() && (parts.isEmpty() || !content.textValue().isEmpty())) {
                parts.addObject().put("type", "text").set("content", content);
            }
            calls(parts, flat);
        }
        for (Map.Entry<String, JsonNode> member : flat.properties()) {
            String name = member.getKey();
            boolean known = List.of("role", "name", "content", "tool_call_id").contains(name.replace("message.", ""))
                    || name.matches("message\\.(contents|tool_calls|function_call_).*");
            if (!known) {
                message.set(name, member.getValue());
            }
        }
        return message;
    }

    private static ArrayNode contents(ObjectNode flat) {
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        for (ObjectNode item : items(flat, "message.contents")) {
            String type = item.path("message_content.type").asText();
            JsonNode text = item.path("message_content.text");
            String image = Fields.text(item, "message_content.image.image.url");
            if (type.equals("text") || type.equals("reasoning")) {
                ObjectNode part = parts.addObject().put("type", type);
                add(part, "content", text);
                part.setAll(Fields.rest(item, "message_content.type", "message_content.text"));
            } else if (image != null) {
                ObjectNode part = parts.addObject().put("type", "uri").put("modality", "image");
                part.put("mime_type", mediaType(image)).put("uri", image);
            } else {
                parts.add(item.put("type", type));
            }
        }
        return parts;
    }

    private static @Nullable String mediaType(String url) {
        int end = url.indexOf(';');
        return url.startsWith("data:") && end > 5 ? url.substring(5, end) : null;
    }

    private static void calls(ArrayNode parts, ObjectNode flat) {
        for (ObjectNode item : items(flat, "message.tool_calls")) {
            ObjectNode call = parts.addObject().put("type", "tool_call");
            call.put("id", Fields.text(item, "tool_call.id"));
            call.put("name", Fields.text(item, "tool_call.function.name"));
            add(call, "arguments", item.path("tool_call.function.arguments"));
        }
        String legacy = Fields.text(flat, "message.function_call_name");
        if (legacy != null) {
            ObjectNode call = parts.addObject().put("type", "tool_call").put("name", legacy);
            add(call, "arguments", flat.path("message.function_call_arguments_json"));
        }
    }
}
