package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the stored message: its readable text as the content, and its parts. A message that is one text that is not empty, or
 * one text that a tool answered a known call with, has no parts: the content and the tool execution say all. {@link
 * MessageReader} reads it back.
 */
final class MessageMaker {

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
     * @param notes what is to be noted of it
     * @param referred blobs that it is to refer to
     */
    Message.Builder make(MessageRead read, boolean answersCall, ObjectNode notes, List<BlobId> referred) {
        boolean escaped = Values.needEscapes(read) || Escapes.isNeeded(notes);
        MessageRead message = escaped ? Escapes.of(read) : read;
        ObjectNode metadata = Notes.beside(message.rest());
        metadata.setAll(escaped ? (ObjectNode) Escapes.of(notes) : notes);
        List<MessagePart> made = new ArrayList<>();
        String content = text(message.parts());
        boolean large = Values.isLarge(content);
        if (large || !isPlain(message, answersCall)) {
            message.parts().forEach(part -> made.add(parts.make(part)));
        }
        if (large) {
            metadata.put(Notes.EXCERPT, true);
        }
        oddCalls(message.parts(), metadata);
        if (escaped) {
            metadata.put(Notes.ESCAPED, true);
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
        return (all.get(0) instanceof Part.Text text && !text.text().isEmpty())
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

    /** Calls of which id, name and arguments do not say all are kept in the source's words. */
    private static void oddCalls(List<Part> parts, ObjectNode metadata) {
        List<Part.Call> calls = parts.stream()
                .filter(Part.Call.class::isInstance)
                .map(Part.Call.class::cast)
                .toList();
        if (calls.stream().anyMatch(call -> !PartReader.usual(call).equals(call.json()))) {
            ArrayNode kept = metadata.putArray(Notes.CALLS);
            calls.forEach(call -> kept.add(call.json()));
        }
    }
}
