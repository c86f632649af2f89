package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Part;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NUL and halves of surrogate pairs, which no engine stores, as the six characters that JSON writes for them. What already
 * looks like such an escape gets its backslash escaped, so the original can be told.
 */
final class Escapes {

    private static final Pattern LOOKS_ESCAPED = Pattern.compile("\\\\(?=u(0000|005c|[dD][89a-fA-F][0-9a-fA-F]{2}))");

    private static final Pattern ESCAPE = Pattern.compile("\\\\u(0000|005c|[dD][89a-fA-F][0-9a-fA-F]{2})");

    private Escapes() {}

    /** Whether a text holds what cannot be stored. */
    static boolean isNeeded(String text) {
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == 0) {
                return true;
            }
            if (Character.isSurrogate(next)) {
                boolean pair = Character.isHighSurrogate(next)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** The text with escapes; the same text if none is needed. */
    static String of(String text) {
        return isNeeded(text) ? marked(text) : text;
    }

    /** The text with escapes, and with what already looks like one marked, as in all texts of a record with escapes. */
    static String marked(String text) {
        String marked = LOOKS_ESCAPED.matcher(text).replaceAll("\\\\u005c");
        StringBuilder out = new StringBuilder(marked.length() + 16);
        for (int i = 0; i < marked.length(); i++) {
            char next = marked.charAt(i);
            boolean pair = Character.isHighSurrogate(next)
                    && i + 1 < marked.length()
                    && Character.isLowSurrogate(marked.charAt(i + 1));
            if (pair) {
                out.append(next).append(marked.charAt(++i));
            } else if (next == 0 || Character.isSurrogate(next)) {
                out.append(String.format("\\u%04x", (int) next));
            } else {
                out.append(next);
            }
        }
        return out.toString();
    }

    /** The text that {@link #marked} was given. */
    static String undo(String escaped) {
        return ESCAPE.matcher(escaped).replaceAll(found -> {
            String unit = Character.toString((char) Integer.parseInt(found.group(1), 16));
            return Matcher.quoteReplacement(unit);
        });
    }

    /** {@link #undo(String)} of all texts and keys of a tree. */
    static JsonNode undo(JsonNode node) {
        return mapped(node, Escapes::undo);
    }

    /** Whether a text or a key in a tree holds what cannot be stored. */
    static boolean isNeeded(JsonNode node) {
        if (node.isTextual()) {
            return isNeeded(node.textValue());
        }
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                if (isNeeded(member.getKey()) || isNeeded(member.getValue())) {
                    return true;
                }
            }
            return false;
        }
        for (JsonNode child : node) {
            if (isNeeded(child)) {
                return true;
            }
        }
        return false;
    }

    /** A copy of a tree with escapes; all of its texts are {@link #marked}. */
    static JsonNode of(JsonNode node) {
        return mapped(node, Escapes::marked);
    }

    /**
     * A message with escapes in all of its parts. One note of the message says that there are some, so a text that only looks
     * like an escape has to be marked beside one that needs it. Ids of calls and names of tools are left to {@link Names}.
     */
    static MessageRead of(MessageRead message) {
        MessageRead.Builder copy = MessageRead.builder(message.run(), message.place(), message.role())
                .externalId(message.externalId())
                .parentId(message.parentId())
                .author(message.author())
                .createdAt(message.createdAt())
                .rest((ObjectNode) of(message.rest()));
        message.parts().forEach(part -> copy.add(of(part)));
        return copy.build();
    }

    private static Part of(Part part) {
        if (part instanceof Part.Text text) {
            return new Part.Text(marked(text.text()));
        }
        if (part instanceof Part.Refusal refusal) {
            return new Part.Refusal(marked(refusal.text()));
        }
        if (part instanceof Part.Reasoning reasoning) {
            return new Part.Reasoning(of(reasoning.json()));
        }
        if (part instanceof Part.Media media) {
            return new Part.Media(media.kind(), media.mediaType(), of(media.json()));
        }
        if (part instanceof Part.Call call) {
            JsonNode input = call.input() == null ? null : of(call.input());
            return new Part.Call(
                    call.callId(), call.tool(), input, call.startedAt(), call.completedAt(), of(call.json()));
        }
        if (part instanceof Part.Answer answer) {
            return new Part.Answer(
                    answer.callId(),
                    answer.tool(),
                    answer.output() == null ? null : of(answer.output()),
                    answer.outcome(),
                    answer.decidedBy(),
                    answer.startedAt(),
                    answer.completedAt(),
                    answer.took(),
                    answer.childRun());
        }
        return part instanceof Part.Other other ? new Part.Other(of(other.json())) : part;
    }

    private static JsonNode mapped(JsonNode node, UnaryOperator<String> text) {
        if (node.isTextual()) {
            return JsonNodeFactory.instance.textNode(text.apply(node.textValue()));
        }
        if (node.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            node.properties().forEach(member -> copy.set(text.apply(member.getKey()), mapped(member.getValue(), text)));
            return copy;
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            node.forEach(child -> copy.add(mapped(child, text)));
            return copy;
        }
        return node;
    }
}
