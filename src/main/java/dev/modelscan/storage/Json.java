package dev.modelscan.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.StoredJson;
import dev.modelscan.storage.internal.values.TextRules;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An immutable JSON value: the text that is stored, and the tree that it stands for.
 *
 * <p>The text is strict JSON (RFC 8259) that every engine stores without loss: no NaN or infinity, no repeated key in an
 * object, no NUL and no unpaired surrogate in a string, escaped or not, at most 1,000 levels deep, and at most 1,000 significant digits
 * and an exponent of 10,000 in a number. Numbers keep every digit. A database may set narrower limits; see {@link DatabaseOptions}.
 *
 * <p>Two values are equal if they mean the same: the order of keys, white space, escapes and the notation of a number
 * ({@code 1.0}, {@code 1e0}, {@code 1}) do not matter.
 *
 * @since 0.1
 */
public final class Json {

    /** The deepest nesting that any value may have. SQLite's {@code json_valid} refuses more. */
    public static final int MAX_DEPTH = 1_000;

    private static final int MAX_DIGITS = 1_000;

    /** A number written without an exponent: its digits, and the zeros of the largest exponent. */
    private static final int MAX_NUMBER_LENGTH = 12_000;

    private static final String ENTITY = "json";
    private static final String FIELD = "value";

    /** Of its limits the parser tells where in its own code they come from. */
    private static final Pattern PARSERS_OWN_NAMES =
            Pattern.compile(", from `[^`]*`| \\(start marker at \\[[^]]*]\\)| \\(through reference chain: .*\\)");

    private static final String WHITE_SPACE = " \t\n\r";

    private static final Json EMPTY_OBJECT = new Json("{}", 1);

    static {
        StoredJson.madeBy(Json::stored);
    }

    private final String text;
    private final int depth;
    private @Nullable String canonical;

    private Json(String text, int depth) {
        this.text = text;
        this.depth = depth;
    }

    /** The object without members. */
    public static Json emptyObject() {
        return EMPTY_OBJECT;
    }

    /**
     * Takes JSON as text. White space around the value is left out; the rest is kept to the letter.
     *
     * @throws InvalidDataException if the text is not JSON as this class describes it; the reason names the line and column
     */
    public static Json parse(String text) {
        Objects.requireNonNull(text, "text");
        String stripped = strip(text);
        return stripped.equals("{}") ? EMPTY_OBJECT : new Json(stripped, validate(stripped));
    }

    /**
     * Takes a tree. Later changes to the tree do not show.
     *
     * @throws InvalidDataException if the tree holds what JSON has no form for, such as NaN, binary data or a Java object
     */
    public static Json of(JsonNode tree) {
        Objects.requireNonNull(tree, "tree");
        requireJsonForm(tree, 0);
        return write(tree);
    }

    /**
     * Takes a map of plain values: maps with text keys, collections, arrays, text, numbers, booleans and null.
     *
     * @throws InvalidDataException if a value, such as NaN, has no form in JSON
     */
    public static Json of(Map<String, ?> members) {
        return ofPlain(Objects.requireNonNull(members, "members"));
    }

    /**
     * Takes a collection of plain values, as {@link #of(Map)} does.
     *
     * @throws InvalidDataException if a value, such as NaN, has no form in JSON
     */
    public static Json of(Collection<?> items) {
        return ofPlain(Objects.requireNonNull(items, "items"));
    }

    private static Json ofPlain(Object value) {
        requirePlain(value, 0);
        JsonNode tree;
        try {
            tree = Mapper.MAPPER.valueToTree(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidDataException(
                    ENTITY,
                    null,
                    FIELD,
                    "cannot be written as JSON; give text, numbers, booleans, maps and collections",
                    e);
        }
        return of(tree);
    }

    private static Json stored(String text) {
        Objects.requireNonNull(text, "text");
        return text.equals("{}") ? EMPTY_OBJECT : new Json(text, -1);
    }

    /**
     * A new tree of the value: changes to the tree do not change this value. Each call parses the text.
     *
     * @throws CorruptDatabaseException if the text was read from a database, and is not JSON after all
     */
    public JsonNode toNode() {
        try {
            return Mapper.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CorruptDatabaseException("stored JSON does not parse: " + reason(e), e);
        } catch (NumberFormatException e) {
            throw new CorruptDatabaseException("stored JSON does not parse: a number in it cannot be read", e);
        }
    }

    /** Whether the value is an object, such as metadata has to be. */
    public boolean isObject() {
        return !text.isEmpty() && text.charAt(0) == '{';
    }

    /** How deep arrays and objects are nested: 0 for a plain value, 1 for {@code {}}. */
    public int depth() {
        return depth >= 0 ? depth : validate(text);
    }

    /** The text as it is stored. PostgreSQL's jsonb may give back other white space and another order of keys. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Json json
                        && (text.equals(json.text) || canonical().equals(json.canonical())));
    }

    @Override
    public int hashCode() {
        return canonical().hashCode();
    }

    /**
     * A text that two values have in common exactly when they are equal: to hash values, or to look them up. It is for no
     * other use, and not itself JSON. The first call parses the text.
     *
     * @throws CorruptDatabaseException if stored text is not JSON after all
     * @since 0.1
     */
    public String canonical() {
        String known = canonical;
        if (known == null) {
            StringBuilder out = new StringBuilder(text.length());
            writeCanonical(toNode(), out);
            known = out.toString();
            canonical = known;
        }
        return known;
    }

    private static Json write(JsonNode tree) {
        try {
            return parse(Mapper.MAPPER.writeValueAsString(tree));
        } catch (JsonProcessingException e) {
            throw new InvalidDataException(ENTITY, null, FIELD, "cannot be written as JSON: " + reason(e), e);
        }
    }

    /** Leaves out what JSON calls white space, which is less than Unicode does. */
    private static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && WHITE_SPACE.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && WHITE_SPACE.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Reads the whole text as a stream, and returns how deep it is nested. */
    private static int validate(String text) {
        int depth = 0;
        int deepest = 0;
        try (JsonParser parser = Mapper.MAPPER.createParser(text)) {
            boolean ended = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (ended) {
                    throw invalid(parser, "more text follows the value", null);
                }
                if (token.isStructStart()) {
                    deepest = Math.max(deepest, ++depth);
                } else if (token.isStructEnd()) {
                    depth--;
                } else {
                    checkScalar(parser, token);
                }
                ended = depth == 0;
            }
            if (!ended) {
                throw invalid(parser, "the text is empty", null);
            }
            return deepest;
        } catch (JsonProcessingException e) {
            throw new InvalidDataException(ENTITY, null, FIELD, "is not valid JSON: " + reason(e), e);
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static void checkScalar(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) {
            String problem = TextRules.problem(parser.getText());
            if (problem != null) {
                throw invalid(parser, "a string " + problem, null);
            }
        } else if (token.isNumeric()) {
            BigDecimal number;
            try {
                number = parser.getDecimalValue();
            } catch (NumberFormatException e) {
                throw invalid(parser, "a number cannot be read", e);
            }
            // Zeros at the end do not count: PostgreSQL writes 1e300 with all of them.
            if (number.precision() > MAX_DIGITS && number.stripTrailingZeros().precision() > MAX_DIGITS) {
                throw invalid(parser, "a number has more than " + MAX_DIGITS + " significant digits", null);
            }
            // This bounds what PostgreSQL's numeric has to hold.
            if (Math.abs((long) number.scale() - number.precision()) > 10_000) {
                throw invalid(parser, "a number's exponent is beyond 10,000", null);
            }
        }
    }

    private static InvalidDataException invalid(JsonParser parser, String reason, @Nullable Throwable cause) {
        return new InvalidDataException(
                ENTITY,
                null,
                FIELD,
                "is not valid JSON: " + reason
                        + place(
                                parser.currentLocation().getLineNr(),
                                parser.currentLocation().getColumnNr()),
                cause);
    }

    private static String reason(JsonProcessingException e) {
        String reason = PARSERS_OWN_NAMES.matcher(e.getOriginalMessage()).replaceAll("");
        return e.getLocation() == null
                ? reason
                : reason + place(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }

    private static String place(int line, int column) {
        return " (line " + line + ", column " + column + ")";
    }

    /** Jackson would write any Java object by its getters, and merge keys that read alike. */
    private static void requirePlain(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new InvalidDataException(ENTITY, null, FIELD, "is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> member : map.entrySet()) {
                if (!(member.getKey() instanceof String)) {
                    throw new InvalidDataException(
                            ENTITY, null, FIELD, "has the key " + member.getKey() + ", which is not text");
                }
                requirePlain(member.getValue(), depth + 1);
            }
        } else if (value instanceof Collection<?> items) {
            items.forEach(item -> requirePlain(item, depth + 1));
        } else if (value instanceof Object[] items) {
            Arrays.asList(items).forEach(item -> requirePlain(item, depth + 1));
        } else if (value != null && !isScalar(value)) {
            throw new InvalidDataException(
                    ENTITY,
                    null,
                    FIELD,
                    "holds a " + value.getClass().getSimpleName() + ", which is no plain value; give its text");
        }
    }

    /** Arrays of numbers and of booleans count as one. */
    private static boolean isScalar(Object value) {
        return value instanceof String
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof JsonNode
                || (value.getClass().isArray() && !(value instanceof byte[]) && !(value instanceof char[]));
    }

    private static void requireJsonForm(JsonNode node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new InvalidDataException(ENTITY, null, FIELD, "is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (node.isBinary() || node.isPojo() || node.isMissingNode()) {
            throw new InvalidDataException(
                    ENTITY, null, FIELD, "holds a " + node.getNodeType() + ", which JSON has no form for");
        }
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue()) && !node.isBigDecimal()) {
            throw new InvalidDataException(
                    ENTITY, null, FIELD, "holds " + node.asText() + ", which JSON has no form for");
        }
        for (JsonNode child : node) {
            requireJsonForm(child, depth + 1);
        }
    }

    private static void writeCanonical(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            Collections.sort(names);
            out.append('{');
            for (String name : names) {
                out.append(Mapper.MAPPER.getNodeFactory().textNode(name)).append(':');
                writeCanonical(node.get(name), out);
                out.append(',');
            }
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            for (JsonNode item : node) {
                writeCanonical(item, out);
                out.append(',');
            }
            out.append(']');
        } else if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            out.append(number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros());
        } else {
            out.append(node);
        }
    }

    /** Jackson is loaded with the first value that has to be parsed or written, and not with the first that is read. */
    private static final class Mapper {

        // One mapper for all: plain JSON, exact numbers, no types named in the data.
        static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .maxNumberLength(MAX_NUMBER_LENGTH)
                                .maxStringLength(Integer.MAX_VALUE)
                                .maxNameLength(Integer.MAX_VALUE)
                                .build())
                        .streamWriteConstraints(StreamWriteConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .build())
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                        .build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();

        private Mapper() {}
    }
}
