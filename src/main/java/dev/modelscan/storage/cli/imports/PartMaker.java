package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.PartKind;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the stored parts of a message. */
final class PartMaker {

    /** In a part's data: in the place of base64 text whose bytes are the part's blob. */
    static final String BASE64 = "base64_of_blob";

    /** The name of a part that refers to a blob with a value of the metadata. */
    static final String METADATA = "metadata";

    /** Shorter text is no file. */
    private static final int SHORTEST_FILE = 1_024;

    private static final Pattern DATA_URL = Pattern.compile("(data:[^,]{1,200};base64,)", Pattern.CASE_INSENSITIVE);
    private static final List<String> THOUGHTS =
            List.of("thinking", "think", "reasoning_content", "reasoningText", "reasoning", "text", "content");

    private final Values values;

    PartMaker(Values values) {
        this.values = values;
    }

    MessagePart make(Part part) {
        MessagePart.Builder made = builder(part);
        return made.build();
    }

    private MessagePart.Builder builder(Part part) {
        if (part instanceof Part.Text text) {
            return text(MessagePart.builder(PartKind.TEXT), text.text());
        }
        if (part instanceof Part.Refusal refusal) {
            return text(MessagePart.builder(PartKind.REFUSAL), refusal.text());
        }
        if (part instanceof Part.Reasoning reasoning) {
            return reasoning(reasoning.json());
        }
        if (part instanceof Part.Media media) {
            return media(media);
        }
        if (part instanceof Part.Call call) {
            return call(call);
        }
        if (part instanceof Part.Answer answer) {
            return answer(answer);
        }
        return data(MessagePart.builder(PartKind.OTHER), ((Part.Other) part).json());
    }

    private MessagePart.Builder text(MessagePart.Builder made, String text) {
        String escaped = Escapes.of(text);
        return Values.isLarge(escaped)
                ? made.mediaType("text/plain; charset=utf-8").blobId(values.blob(escaped))
                : made.text(escaped);
    }

    private MessagePart.Builder data(MessagePart.Builder made, JsonNode json) {
        Values.Fitted fitted = values.json(json);
        if (fitted.blob() != null) {
            made.blobId(fitted.blob()).mediaType("application/json");
        }
        return made.data(fitted.json());
    }

    /** The thought as text, and beside it the signature or whatever the provider wants back. */
    private MessagePart.Builder reasoning(JsonNode json) {
        MessagePart.Builder made = MessagePart.builder(PartKind.REASONING);
        for (String member : THOUGHTS) {
            if (json.path(member).isTextual()) {
                text(made.name(member), json.path(member).textValue());
                ObjectNode rest = Fields.rest(json, member);
                return rest.isEmpty() ? made : made.data(values.json(rest).json());
            }
        }
        return data(made, json);
    }

    private MessagePart.Builder media(Part.Media media) {
        MessagePart.Builder made =
                MessagePart.builder(PartKind.valueOf(media.kind().toUpperCase(Locale.ROOT)));
        made.mediaType(Names.optional(media.mediaType()));
        JsonNode copy = media.json().deepCopy();
        BlobId blob = takeFile(copy);
        if (blob == null) {
            return data(made, media.json());
        }
        return made.blobId(blob).data(values.json(copy).json());
    }

    /** Replaces the first text that is a file in base64; null if there is none. */
    private @Nullable BlobId takeFile(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return null;
        }
        for (Map.Entry<String, JsonNode> member : List.copyOf(object.properties())) {
            JsonNode value = member.getValue();
            if (value.isObject()) {
                BlobId inner = takeFile(value);
                if (inner != null) {
                    return inner;
                }
            } else if (value.isTextual() && value.textValue().length() >= SHORTEST_FILE) {
                String text = value.textValue();
                Matcher url = DATA_URL.matcher(text);
                String prefix = url.lookingAt() ? url.group(1) : "";
                byte[] bytes = decoded(text.substring(prefix.length()));
                if (bytes != null) {
                    object.set(member.getKey(), Fields.object().put(BASE64, prefix));
                    return values.blob(bytes);
                }
            }
        }
        return null;
    }

    /** The bytes, if they give the same text when they are encoded again; null if not. */
    private static byte @Nullable [] decoded(String base64) {
        try {
            byte[] text = base64.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            byte[] bytes = Base64.getDecoder().decode(text);
            return Arrays.equals(Base64.getEncoder().encode(bytes), text) ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The input as JSON, and as the text that the file has. */
    private MessagePart.Builder call(Part.Call call) {
        MessagePart.Builder made = MessagePart.builder(PartKind.TOOL_CALL)
                .callId(Names.optional(call.callId()))
                .name(Names.optional(call.tool()));
        JsonNode input = call.input();
        if (input != null) {
            data(made, input);
        }
        String arguments = arguments(call);
        return arguments == null ? made : made.text(Escapes.of(arguments));
    }

    /** The arguments, if the source has them as text that is not large. */
    static @Nullable String arguments(Part.Call call) {
        JsonNode body = call.json().path("function").isObject() ? call.json().path("function") : call.json();
        JsonNode arguments = body.path("arguments");
        return arguments.isTextual() && !Values.isLarge(arguments.textValue()) ? arguments.textValue() : null;
    }

    private MessagePart.Builder answer(Part.Answer answer) {
        MessagePart.Builder made = MessagePart.builder(PartKind.TOOL_RESULT)
                .callId(Names.optional(answer.callId()))
                .name(Names.optional(answer.tool()));
        JsonNode output = answer.output();
        if (output == null) {
            return made;
        }
        return output.isTextual() ? text(made, output.textValue()) : data(made, output);
    }

    /** A reference to a blob that a value of the run's metadata is held in. */
    static MessagePart metadata(BlobId blob) {
        return MessagePart.builder(PartKind.OTHER)
                .name(METADATA)
                .mediaType("application/json")
                .blobId(blob)
                .data(Json.emptyObject())
                .build();
    }
}
