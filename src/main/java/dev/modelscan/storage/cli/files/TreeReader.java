package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON value as a tree that keeps all of it. A repeated key gets a number, and a number that cannot be held
 * becomes text. Long arrays go to a temporary file.
 */
final class TreeReader {

    /** An array of more bytes is held in a file. */
    private static final long LONG_ARRAY = 8L << 20;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final @Nullable Spool spool;
    private final BiConsumer<@Nullable String, String> odd;

    /** What was read of the value that is being read. */
    private JsonNode root = MissingNode.getInstance();

    /**
     * A reader.
     *
     * @param spool takes long arrays; null to hold all in memory
     * @param odd told of what was changed: the field, or null for the value itself, and what is odd about it
     */
    TreeReader(@Nullable Spool spool, BiConsumer<@Nullable String, String> odd) {
        this.spool = spool;
        this.odd = odd;
    }

    /** The value whose first token is the current one. */
    JsonNode read(JsonParser parser) throws IOException {
        root = MissingNode.getInstance();
        return value(parser, node -> {});
    }

    /** What was read of a value before an exception. */
    JsonNode partial() {
        return root;
    }

    /** Hands the node over before it is filled, so that a value that is cut off leaves what came before. */
    @SuppressWarnings("ReferenceEquality") // It asks for the very node that it made.
    private JsonNode value(JsonParser parser, Slot slot) throws IOException {
        JsonNode node =
                switch (parser.currentToken()) {
                    case START_OBJECT -> NODES.objectNode();
                    case START_ARRAY -> NODES.arrayNode();
                    case VALUE_STRING -> NODES.textNode(parser.getText());
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
                    case VALUE_TRUE -> NODES.booleanNode(true);
                    case VALUE_FALSE -> NODES.booleanNode(false);
                    default -> NODES.nullNode();
                };
        if (root.isMissingNode()) {
            root = node;
        }
        slot.set(node);
        if (node instanceof ObjectNode object) {
            fill(parser, object);
        } else if (node instanceof ArrayNode array) {
            ArrayNode filled = fill(parser, array);
            if (filled != array) {
                slot.set(filled);
                root = root == array ? filled : root;
                return filled;
            }
        }
        return node;
    }

    private JsonNode number(JsonParser parser) throws IOException {
        if (parser.isNaN()) {
            odd.accept(path(parser), "is " + parser.getText() + ", which JSON does not have; kept as text");
            return NODES.textNode(parser.getText());
        }
        try {
            JsonNode number = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    ? integer(parser)
                    : NODES.numberNode(parser.getDecimalValue());
            if (parser.getTextCharacters()[parser.getTextOffset()] == '-'
                    && number.decimalValue().signum() == 0) {
                odd.accept(path(parser), "is a zero with a minus sign, which is not kept");
            }
            return number;
        } catch (NumberFormatException e) {
            odd.accept(path(parser), "is a number whose exponent is out of range; kept as text");
            return NODES.textNode(parser.getText());
        }
    }

    private static JsonNode integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private void fill(JsonParser parser, ObjectNode object) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonNode earlier = object.get(key);
            if (earlier != null) {
                String name = key;
                for (int number = 1; object.has(name); number++) {
                    name = key + " (" + number + ")";
                }
                odd.accept(
                        path(parser),
                        "occurs more than once; the last value counts, one before it is kept as \"" + name + "\"");
                object.set(name, earlier);
            }
            parser.nextToken();
            value(parser, node -> object.set(key, node));
        }
    }

    private ArrayNode fill(JsonParser parser, ArrayNode array) throws IOException {
        long start = parser.currentLocation().getByteOffset();
        @Nullable SpooledArray spooled = null;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (spooled != null) {
                spooled.append(value(parser, node -> {}));
                continue;
            }
            int index = array.size();
            value(parser, node -> {
                if (index < array.size()) {
                    array.set(index, node);
                } else {
                    array.add(node);
                }
            });
            if (spool != null && parser.currentLocation().getByteOffset() - start > LONG_ARRAY) {
                spooled = spool.array();
                for (JsonNode element : array) {
                    spooled.append(element);
                }
                array.removeAll();
            }
        }
        return spooled == null ? array : spooled;
    }

    /** Where the current token is; null if it is the value itself. */
    private static @Nullable String path(JsonParser parser) {
        String pointer = parser.getParsingContext().pathAsPointer().toString();
        return pointer.isEmpty() ? null : pointer.substring(1).replace('/', '.');
    }

    /** Where a node belongs in its parent. */
    private interface Slot {
        void set(JsonNode node);
    }
}
