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

    /** In a part's shape: where its text was, if not in {@code text}. */
    private static final String TEXT_IN = "text_in";

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
            return besideText(part);
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
            case "text", "input_text", "output_text" -> {
                String in = textIn(part);
                yield in == null
                        ? new Part.Other(part)
                        : new Part.Text(part.at("/" + in).textValue());
            }
            case "refusal" ->
                part.path("refusal").isTextual()
                        ? new Part.Refusal(part.path("refusal").textValue())
                        : new Part.Other(part);
            case "thinking", "redacted_thinking", "think", "reasoning", "reasoning_content" -> new Part.Reasoning(part);
            case "image_url", "image", "input_image" -> new Part.Media("image", mediaType(part, "image"), part);
            case "input_audio", "audio", "audio_url" -> new Part.Media("audio", mediaType(part, "audio"), part);
            case "file", "document", "input_file", "video_url", "video" ->
                new Part.Media("file", mediaType(part, "file"), part);
            case "tool_call" -> part.path("value").isTextual() ? written(part) : new Part.Other(part);
            default -> {
                if (isCall(part)) {
                    yield call(part);
                }
                yield isAnswer(part) ? answer(part) : new Part.Other(part);
            }
        };
    }

    /**
     * Where a part has its text: {@code text}; {@code value}, as LLaMA-Factory has it; or {@code text/value}, as threads of
     * OpenAI's assistants have it. Null if nowhere, or if it has a member with the name of the note of that.
     */
    private static @Nullable String textIn(JsonNode part) {
        if (part.has(TEXT_IN)) {
            return null;
        }
        if (part.path("text").isTextual()) {
            return "text";
        }
        if (part.path("text").path("value").isTextual()) {
            return "text/value";
        }
        return part.path("value").isTextual() && !part.has("text") ? "value" : null;
    }

    private static ObjectNode besideText(JsonNode part) {
        String in = textIn(part);
        if (in == null || in.equals("text")) {
            return Fields.rest(part, "text");
        }
        ObjectNode rest = Fields.rest(part, "value").put(TEXT_IN, in);
        return in.equals("value") ? rest : rest.set("text", Fields.rest(part.path("text"), "value"));
    }

    /** A call as LLaMA-Factory has it: the JSON of its name and arguments as text. */
    private static Part written(JsonNode part) {
        JsonNode call = Fields.structure(part.path("value"));
        String name = Fields.text(call, "name");
        return name == null
                ? new Part.Other(part)
                : new Part.Call(Fields.text(call, "id"), name, Fields.json(call.path("arguments")), null, null, part);
    }

    /** {@code tool_use}, and those of tools that the service runs itself, such as {@code server_tool_use}. */
    static boolean isCall(JsonNode part) {
        return part.path("type").asText().endsWith("tool_use");
    }

    /** {@code tool_result}, and those of the service's own tools, which name their call in the same way. */
    static boolean isAnswer(JsonNode part) {
        String type = part.path("type").asText();
        return type.equals("tool_result") || (type.endsWith("tool_result") && part.has("tool_use_id"));
    }

    private static Part call(JsonNode part) {
        return new Part.Call(
                Fields.text(part, "id"), Fields.text(part, "name"), Fields.json(part.path("input")), null, null, part);
    }

    private static Part answer(JsonNode part) {
        JsonNode output = part.path("content");
        Flag flag = Flag.of(part, output);
        return (flag.outcome() == Outcome.UNKNOWN ? ofService(output) : flag)
                .answer(part.path("tool_use_id").asText(), part.path("name").asText(), output);
    }

    /** What the answer of a tool that the service ran says of itself. */
    private static Flag ofService(JsonNode output) {
        if (output.path("type").asText().endsWith("_error")) {
            return new Flag(Outcome.FAILED, "output.type");
        }
        JsonNode code = output.path("return_code");
        return code.isNumber()
                ? new Flag(code.asInt() == 0 ? Outcome.SUCCESS : Outcome.FAILED, "output.return_code")
                : Flag.NONE;
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
