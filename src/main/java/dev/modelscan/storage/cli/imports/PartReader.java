package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.tools.DecidedBy;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the parts of a message back as the source had them: what {@link PartMaker} made, or an application. */
final class PartReader {

    private static final String BLOB = "blob";

    private final BlobBytes blobs;
    private final boolean escaped;

    /**
     * A reader of one message's parts.
     *
     * @param escaped whether its text holds escapes
     */
    PartReader(BlobBytes blobs, boolean escaped) {
        this.blobs = blobs;
        this.escaped = escaped;
    }

    /**
     * The part.
     *
     * @param execution what the part asked for, or answered; null if that is not known
     * @param call a call in the source's words; null if id, name and arguments say all
     */
    Part read(MessagePart part, @Nullable ToolExecution execution, @Nullable JsonNode call) {
        return switch (part.kind()) {
            case TEXT -> new Part.Text(textOf(part));
            case REFUSAL -> new Part.Refusal(textOf(part));
            case REASONING -> new Part.Reasoning(reasoning(part));
            case IMAGE, AUDIO, FILE ->
                new Part.Media(part.kind().name().toLowerCase(Locale.ROOT), part.mediaType(), media(part));
            case TOOL_CALL -> call(part, call);
            case TOOL_RESULT -> answer(undo(part.callId()), undo(part.name()), output(part), execution);
            case OTHER -> new Part.Other(json(part));
        };
    }

    /** A call of which no part tells. */
    static Part call(ToolExecution execution) {
        JsonNode input = execution.input() == null ? null : execution.input().toNode();
        return new Part.Call(
                execution.callId(),
                execution.toolName(),
                input,
                null,
                null,
                usual(execution.callId(), execution.toolName(), input, null));
    }

    /** An answer; its text is all of its message. */
    static Part answer(ToolExecution execution, String text) {
        return answer(execution.callId(), execution.toolName(), TextNode.valueOf(text), execution);
    }

    private static Part answer(
            @Nullable String callId,
            @Nullable String tool,
            @Nullable JsonNode output,
            @Nullable ToolExecution execution) {
        if (execution == null) {
            return new Part.Answer(callId, tool, output, Outcome.UNKNOWN, null);
        }
        Outcome outcome =
                switch (execution.status()) {
                    case FAILED, TIMEOUT -> Outcome.FAILED;
                    case SUCCESS -> Outcome.SUCCESS;
                    case PENDING, RUNNING -> Outcome.UNKNOWN;
                };
        JsonNode flag = execution.metadata().toNode().path("decided_by");
        String decidedBy = execution.decidedBy() == DecidedBy.FLAG && flag.isTextual() ? flag.textValue() : null;
        return new Part.Answer(
                callId, tool, output, outcome, decidedBy, execution.startedAt(), execution.completedAt());
    }

    /** A call of which the parts say all. */
    static ObjectNode usual(Part.Call call) {
        return usual(
                Names.optional(call.callId()), Names.optional(call.tool()), call.input(), PartMaker.arguments(call));
    }

    private static ObjectNode usual(
            @Nullable String id, @Nullable String tool, @Nullable JsonNode input, @Nullable String arguments) {
        ObjectNode json = Fields.object().put("type", arguments == null ? "tool_use" : "function");
        if (id != null) {
            json.put("id", id);
        }
        ObjectNode body = arguments == null ? json : json.putObject("function");
        if (tool != null) {
            body.put("name", tool);
        }
        if (arguments != null) {
            body.put("arguments", arguments);
        } else if (input != null) {
            body.set("input", input);
        }
        return json;
    }

    private Part call(MessagePart part, @Nullable JsonNode words) {
        String id = undo(part.callId());
        String tool = undo(part.name());
        JsonNode input = part.data() == null ? null : json(part);
        JsonNode json = words == null ? usual(id, tool, input, undo(part.text())) : words;
        return new Part.Call(id, tool, input, null, null, json);
    }

    private @Nullable JsonNode output(MessagePart part) {
        if (part.data() != null) {
            return json(part);
        }
        return part.text() == null && part.blobId() == null ? null : TextNode.valueOf(textOf(part));
    }

    private JsonNode reasoning(MessagePart part) {
        if (part.text() == null && part.name() == null) {
            return json(part);
        }
        ObjectNode json = Fields.object();
        if (part.data() != null && undo(part.data().toNode()) instanceof ObjectNode rest) {
            json.setAll(rest);
        }
        return json.put(part.name() == null ? "text" : part.name(), textOf(part));
    }

    private JsonNode media(MessagePart part) {
        if (part.data() == null) {
            ObjectNode json = Fields.object().put("type", part.kind().name().toLowerCase(Locale.ROOT));
            return part.blobId() == null ? json : json.put(BLOB, part.blobId().value());
        }
        JsonNode json = json(part);
        if (part.blobId() != null) {
            putFile(json, part.blobId());
        }
        return json;
    }

    /** Puts base64 text in the place that {@link PartMaker} took it from. */
    private boolean putFile(JsonNode node, BlobId blob) {
        if (!(node instanceof ObjectNode object)) {
            return false;
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            JsonNode prefix = member.getValue().path(PartMaker.BASE64);
            if (prefix.isTextual()) {
                object.put(
                        member.getKey(),
                        prefix.textValue() + Base64.getEncoder().encodeToString(blobs.of(blob)));
                return true;
            }
            if (putFile(member.getValue(), blob)) {
                return true;
            }
        }
        return false;
    }

    private String textOf(MessagePart part) {
        String text = part.text();
        if (text == null) {
            text = part.blobId() == null ? "" : new String(blobs.of(part.blobId()), StandardCharsets.UTF_8);
        }
        return escaped ? Escapes.undo(text) : text;
    }

    private JsonNode json(MessagePart part) {
        if (part.data() == null) {
            return Fields.object();
        }
        JsonNode data = part.data().toNode();
        BlobId blob = part.blobId();
        return undo(blob != null && data.path(BLOB).asText().equals(blob.value()) ? large(blobs, blob) : data);
    }

    /** A value that is a blob because it is large. */
    static JsonNode large(BlobBytes blobs, BlobId blob) {
        try {
            return Fields.MAPPER.readTree(blobs.of(blob));
        } catch (IOException e) {
            throw new UncheckedIOException("the blob " + blob + " does not hold JSON", e);
        }
    }

    private JsonNode undo(JsonNode node) {
        return escaped ? Escapes.undo(node) : node;
    }

    private @Nullable String undo(@Nullable String text) {
        return text == null || !escaped ? text : Escapes.undo(text);
    }
}
