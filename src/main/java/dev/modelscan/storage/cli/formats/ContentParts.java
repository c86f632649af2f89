package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a message's content, as OpenAI and Anthropic name them. */
final class ContentParts {

    /** The member of a message's rest that says what each text part had beside its text. */
    static final String SHAPE = "content_parts";

    private ContentParts() {}

    /** The parts of a list. */
    static List<Part> of(JsonNode content) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode part : content) {
            parts.add(of1(part));
        }
        return parts;
    }

    /** What is needed beside the parts to write the list again: what texts, refusals and answers have beside those. */
    static ArrayNode shape(JsonNode content) {
        ArrayNode shape = JsonNodeFactory.instance.arrayNode();
        content.forEach(part -> shape.add(shapeOf(part)));
        return shape;
    }

    /** What a part has beside the text, refusal or answer that its neutral form says. */
    static ObjectNode shapeOf(JsonNode part) {
        if (!part.isObject()) {
            return JsonNodeFactory.instance.objectNode();
        }
        Part read = of1(part);
        if (read instanceof Part.Text) {
            return Fields.rest(part, "text");
        }
        if (read instanceof Part.Refusal) {
            return Fields.rest(part, "refusal");
        }
        return read instanceof Part.Answer ? Fields.rest(part, "content") : JsonNodeFactory.instance.objectNode();
    }

    static Part of1(JsonNode part) {
        if (part.isTextual()) {
            return new Part.Text(part.textValue());
        }
        return switch (part.path("type").asText()) {
            case "text", "input_text", "output_text" ->
                part.path("text").isTextual() ? new Part.Text(part.path("text").textValue()) : new Part.Other(part);
            case "refusal" ->
                part.path("refusal").isTextual()
                        ? new Part.Refusal(part.path("refusal").textValue())
                        : new Part.Other(part);
            case "thinking", "redacted_thinking", "reasoning", "reasoning_content" -> new Part.Reasoning(part);
            case "image_url", "image", "input_image" -> new Part.Media("image", mediaType(part, "image"), part);
            case "input_audio", "audio", "audio_url" -> new Part.Media("audio", mediaType(part, "audio"), part);
            case "file", "document", "input_file", "video_url", "video" ->
                new Part.Media("file", mediaType(part, "file"), part);
            case "tool_use", "server_tool_use", "mcp_tool_use" -> call(part);
            case "tool_result", "web_search_tool_result", "code_execution_tool_result", "mcp_tool_result" ->
                answer(part);
            default -> new Part.Other(part);
        };
    }

    static boolean isAnswer(JsonNode part) {
        return of1(part) instanceof Part.Answer;
    }

    private static Part call(JsonNode part) {
        return new Part.Call(
                Fields.text(part, "id"), Fields.text(part, "name"), Fields.json(part.path("input")), null, null, part);
    }

    private static Part answer(JsonNode part) {
        JsonNode output = part.path("content");
        return Flag.of(part, output)
                .answer(part.path("tool_use_id").asText(), part.path("name").asText(), output);
    }

    private static @Nullable String mediaType(JsonNode part, String kind) {
        String named = Fields.text(part.path("source"), "media_type");
        if (named == null) {
            named = Fields.text(part, "mime_type", "media_type", "mimeType");
        }
        if (named != null) {
            return named;
        }
        String format = Fields.text(part.path("input_audio"), "format");
        if (format != null) {
            return "audio/" + format;
        }
        for (JsonNode url : List.of(
                part.path("image_url").path("url"),
                part.path("image_url"),
                part.path(kind).path("url"),
                part.path("file").path("file_data"))) {
            String text = url.asText();
            int end = text.indexOf(';');
            if (text.startsWith("data:") && end > 5 && end < 100) {
                return text.substring(5, end);
            }
        }
        return null;
    }

    /** A copy of a message's rest with the shape of its list of parts. */
    static ObjectNode withShape(ObjectNode rest, JsonNode content) {
        rest.set(SHAPE, shape(content));
        return rest;
    }
}
