package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
        if (!isNeeded(text)) {
            return text;
        }
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

    /** The text that {@link #of} was given, if it needed escapes. */
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

    /** A copy of a tree with escapes. */
    static JsonNode of(JsonNode node) {
        return mapped(node, Escapes::of);
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
