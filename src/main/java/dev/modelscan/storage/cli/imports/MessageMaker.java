package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Makes the stored message: its readable text as the content, and its parts. A message that is one text, or one text that a
 * tool answered a known call with, has no parts: the content and the tool execution say all.
 */
final class MessageMaker {

    /** In the metadata: the content is only the start of a text that is a blob. */
    static final String EXCERPT = "content_is_excerpt";

    /** In the metadata: some text holds escapes of {@link Escapes}. */
    static final String ESCAPED = "escaped";

    /** In the metadata: calls that a form writes in another way than its own. */
    static final String CALLS = "calls";

    private final Values values;
    private final PartMaker parts;

    MessageMaker(Values values) {
        this.values = values;
        this.parts = new PartMaker(values);
    }

    /**
     * A builder without ids, agents and times.
     *
     * @param answersCall whether it holds the answer to a known call
     * @param referred blobs that it is to refer to
     */
    Message.Builder make(MessageRead message, boolean answersCall, List<BlobId> referred) {
        ObjectNode metadata = Fields.object();
        metadata.setAll(message.rest());
        List<MessagePart> made = new ArrayList<>();
        String content = Escapes.of(text(message.parts()));
        boolean large = Values.isLarge(content);
        if (large || !isPlain(message, answersCall)) {
            message.parts().forEach(part -> made.add(parts.make(part)));
        }
        if (large) {
            metadata.put(EXCERPT, true);
        }
        oddCalls(message.parts(), metadata);
        if (Values.needEscapes(message)) {
            metadata.put(ESCAPED, true);
        }
        List<BlobId> blobs = new ArrayList<>(referred);
        Json stored = values.object(metadata, blobs);
        blobs.forEach(blob -> made.add(PartMaker.metadata(blob)));
        return Message.builder()
                .role(MessageRole.valueOf(message.role().name()))
                .contentType(type(message.parts()))
                .content(large ? Values.excerpt(content) : content)
                .metadata(stored)
                .parts(made);
    }

    private static boolean isPlain(MessageRead message, boolean answersCall) {
        List<Part> all = message.parts();
        if (all.isEmpty()) {
            return true;
        }
        if (all.size() > 1) {
            return false;
        }
        return all.get(0) instanceof Part.Text
                || (answersCall
                        && all.get(0) instanceof Part.Answer answer
                        && answer.output() != null
                        && answer.output().isTextual());
    }

    private static ContentType type(List<Part> parts) {
        boolean calls = false;
        boolean answers = false;
        for (Part part : parts) {
            calls |= part instanceof Part.Call;
            if (part instanceof Part.Answer answer) {
                answers = true;
                if (Verdict.of(answer).outcome() == Outcome.FAILED) {
                    return ContentType.ERROR;
                }
            }
        }
        return answers ? ContentType.SUCCESS : calls ? ContentType.COMMAND : ContentType.TEXT;
    }

    /** What there is to read, without reasoning. */
    static String text(List<Part> parts) {
        if (parts.size() == 1) {
            return text(parts.get(0));
        }
        StringBuilder all = new StringBuilder();
        for (Part part : parts) {
            String text = text(part);
            if (!text.isEmpty()) {
                all.append(all.isEmpty() ? "" : "\n").append(text);
            }
        }
        return all.toString();
    }

    private static String text(Part part) {
        if (part instanceof Part.Text text) {
            return text.text();
        }
        if (part instanceof Part.Refusal refusal) {
            return refusal.text();
        }
        return part instanceof Part.Answer answer ? Verdict.text(answer) : "";
    }

    private static void oddCalls(List<Part> parts, ObjectNode metadata) {
        List<JsonNode> calls = parts.stream()
                .filter(Part.Call.class::isInstance)
                .map(part -> ((Part.Call) part).json())
                .toList();
        if (calls.stream().anyMatch(call -> !isUsual(call))) {
            calls.forEach(call -> metadata.withArray(CALLS).add(call));
        }
    }

    /** Whether id, name and arguments are all that a call holds. */
    private static boolean isUsual(JsonNode call) {
        return switch (call.path("type").asText()) {
            case "function" ->
                Fields.rest(call, Set.of("id", "type", "function")).isEmpty()
                        && Fields.rest(call.path("function"), Set.of("name", "arguments"))
                                .isEmpty()
                        && call.path("function").path("arguments").isTextual();
            case "tool_use" ->
                Fields.rest(call, Set.of("id", "type", "name", "input")).isEmpty();
            default -> false;
        };
    }
}
