package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The parts of a message in the words of the conventions. */
public final class OtlpParts {

    /** Parts of these types have a meaning; what is none of them has a type of its own. */
    private static final Set<String> TYPES = Set.of(
            "text",
            "reasoning",
            "thinking",
            "tool_call",
            "server_tool_call",
            "tool_call_response",
            "blob",
            "uri",
            "file");

    private final Consumer<String> unsaid;

    OtlpParts(Consumer<String> unsaid) {
        this.unsaid = unsaid;
    }

    ArrayNode of(MessageRead message, Predicate<Part.Answer> hasSpan) {
        ArrayNode parts = Fields.MAPPER.createArrayNode();
        for (Part part : message.parts()) {
            JsonNode written = of(part, hasSpan);
            if (written != null) {
                parts.add(written);
            }
        }
        return parts;
    }

    private @Nullable JsonNode of(Part part, Predicate<Part.Answer> hasSpan) {
        if (part instanceof Part.Text text) {
            return part("text").put("content", text.text());
        }
        if (part instanceof Part.Refusal refusal) {
            unsaid.accept("that a text is a refusal");
            return part("text").put("content", refusal.text());
        }
        if (part instanceof Part.Reasoning thought) {
            return reasoning(thought.json());
        }
        if (part instanceof Part.Call call) {
            ObjectNode written = part("tool_call");
            put(written, "id", call.callId());
            put(written, "name", call.tool());
            return call.input() == null ? written : written.set("arguments", call.input());
        }
        if (part instanceof Part.Answer answer) {
            return answer(answer, hasSpan.test(answer));
        }
        if (part instanceof Part.Media media) {
            return media(media);
        }
        JsonNode json = ((Part.Other) part).json();
        String type = json.path("type").asText();
        return type.isEmpty() || TYPES.contains(type) ? part("other").set("value", json) : json;
    }

    private static ObjectNode part(String type) {
        return Fields.object().put("type", type);
    }

    private static void put(ObjectNode part, String member, @Nullable String text) {
        if (text != null) {
            part.put(member, text);
        }
    }

    private @Nullable JsonNode reasoning(JsonNode thought) {
        String text = textOf(thought);
        if (text == null) {
            unsaid.accept("reasoning that is not text");
            return null;
        }
        if (thought.has("signature") || thought.has("encrypted_content")) {
            unsaid.accept("the signature of reasoning");
        }
        return part("reasoning").put("content", text);
    }

    /** What can be read of reasoning; null if nothing can. */
    public static @Nullable String textOf(JsonNode thought) {
        if (thought.isTextual()) {
            return thought.textValue();
        }
        String text = Fields.text(thought, "content", "thinking", "think", "reasoning", "reasoningText", "text");
        if (text != null || thought.path("summary").isEmpty()) {
            return text;
        }
        List<String> texts = new ArrayList<>();
        thought.path("summary").forEach(part -> texts.add(part.path("text").asText()));
        return String.join("\n", texts);
    }

    private static JsonNode answer(Part.Answer answer, boolean hasSpan) {
        ObjectNode written = part("tool_call_response");
        put(written, "id", answer.callId());
        if (answer.output() != null) {
            written.set("response", answer.output());
        }
        if (!hasSpan) {
            put(written, "name", answer.tool());
            if (answer.outcome() != Outcome.UNKNOWN) {
                written.put("is_error", answer.outcome() == Outcome.FAILED);
            }
        }
        return written;
    }

    /** Bytes as base64, an address, or a file of the provider's. */
    private JsonNode media(Part.Media media) {
        JsonNode json = media.json();
        if (Set.of("blob", "uri", "file").contains(json.path("type").asText()) && json.has("modality")) {
            return json;
        }
        ObjectNode written = Fields.object();
        String data = find(json, "data", "file_data");
        String url = find(json, "url", "image_url", "uri", "fileUri", "file_uri");
        String file = find(json, "file_id", "path");
        String type = media.mediaType();
        if (url != null && url.startsWith("data:") && url.contains(",")) {
            data = url;
        }
        if (data != null) {
            written.put("type", "blob").put("content", data.substring(data.indexOf(',') + 1));
        } else if (url != null) {
            written.put("type", "uri").put("uri", url);
        } else {
            written.put("type", "file").put("file_id", file == null ? "" : file);
        }
        if (data == null && url == null && file == null) {
            unsaid.accept("a part of the kind media");
        }
        put(written, "mime_type", type);
        return written.put("modality", media.kind());
    }

    /** The text of the first of these members, wherever in the part it is. */
    private static @Nullable String find(JsonNode json, String... members) {
        for (String member : members) {
            JsonNode found = json.findValue(member);
            if (found != null && found.isTextual()) {
                return found.textValue();
            }
        }
        return null;
    }
}
