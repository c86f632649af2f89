package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.blobs.BlobRepository;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.errors.InvalidDataException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes values that the database takes: with escapes, not nested too deep, and large ones as blobs. */
final class Values {

    /** Larger values are blobs, so that no page of messages reads them. */
    static final int LARGE = 1 << 20;

    /** Of a text that is a blob, this much is the message's content. */
    private static final int EXCERPT = 1_000;

    private final BlobRepository blobs;
    private final int maxDepth;

    Values(BlobRepository blobs, int maxDepth) {
        this.blobs = blobs;
        this.maxDepth = maxDepth;
    }

    /**
     * A value as it can be stored.
     *
     * @param json the value; of a large one, a note that names the blob
     * @param blob the large value
     */
    record Fitted(Json json, @Nullable BlobId blob) {}

    Fitted json(JsonNode node) {
        JsonNode escaped = Escapes.isNeeded(node) ? Escapes.of(node) : node;
        Json json = written(escaped);
        if (json.toString().length() <= LARGE) {
            return new Fitted(json, null);
        }
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        BlobId blob = blobs.write(bytes).id();
        ObjectNode note = Fields.object().put("blob", blob.value()).put("bytes", bytes.length);
        return new Fitted(Json.of(note), blob);
    }

    /** What is nested too deep becomes its own text. */
    private Json written(JsonNode node) {
        try {
            Json json = Json.of(node);
            // Metadata wraps some values once more.
            if (json.depth() < maxDepth) {
                return json;
            }
        } catch (InvalidDataException e) {
            // A number of too many digits, or a depth beyond any limit.
        }
        try {
            return Json.of(JsonNodeFactory.instance.textNode(Fields.MAPPER.writeValueAsString(node)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a value that was read cannot be written", e);
        }
    }

    /** An object whose large members are blobs; each blob is added to the parts. */
    Json object(ObjectNode node, List<BlobId> large) {
        JsonNode escaped = Escapes.isNeeded(node) ? Escapes.of(node) : node;
        ObjectNode fitting = Fields.object();
        for (Map.Entry<String, JsonNode> member : escaped.properties()) {
            JsonNode value = member.getValue();
            if (value.isMissingNode()) {
                continue;
            }
            if (value.isContainerNode()
                    || (value.isTextual() && value.textValue().length() > EXCERPT)) {
                Fitted fitted = json(value);
                if (fitted.blob() != null) {
                    large.add(fitted.blob());
                }
                value = fitted.blob() != null || !fitted.json().isObject()
                        ? fitted.json().toNode()
                        : value;
            }
            fitting.set(member.getKey(), value);
        }
        return written(fitting);
    }

    BlobId blob(byte[] bytes) {
        return blobs.write(bytes).id();
    }

    BlobId blob(String text) {
        return blob(text.getBytes(StandardCharsets.UTF_8));
    }

    static boolean isLarge(String text) {
        return text.length() > LARGE;
    }

    /** The start of a text that is a blob. */
    static String excerpt(String text) {
        int end = Character.isHighSurrogate(text.charAt(EXCERPT - 1)) ? EXCERPT - 1 : EXCERPT;
        return text.substring(0, end);
    }

    static boolean needEscapes(MessageRead message) {
        return Escapes.isNeeded(message.rest()) || message.parts().stream().anyMatch(Values::needEscapes);
    }

    static boolean needEscapes(Part part) {
        if (part instanceof Part.Text text) {
            return Escapes.isNeeded(text.text());
        }
        if (part instanceof Part.Refusal refusal) {
            return Escapes.isNeeded(refusal.text());
        }
        if (part instanceof Part.Reasoning reasoning) {
            return Escapes.isNeeded(reasoning.json());
        }
        if (part instanceof Part.Media media) {
            return Escapes.isNeeded(media.json());
        }
        if (part instanceof Part.Call call) {
            return Escapes.isNeeded(call.json()) || (call.input() != null && Escapes.isNeeded(call.input()));
        }
        if (part instanceof Part.Answer answer) {
            return answer.output() != null && Escapes.isNeeded(answer.output());
        }
        return part instanceof Part.Other other && Escapes.isNeeded(other.json());
    }
}
