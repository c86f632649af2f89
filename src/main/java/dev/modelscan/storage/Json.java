package dev.modelscan.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.StoredJson;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An immutable JSON value: the text that is stored, and the tree that it stands for.
 *
 * <p>The text is strict JSON (RFC 8259) that every engine stores without loss: no NaN or infinity, no repeated key in
 * an object, no NUL and no unpaired surrogate in a string, escaped or not, at most 1,000 levels deep, and at most 1,000
 * significant digits, an exponent of 10,000 and, written without an exponent, 10,999 digits after the point in a number.
 * Numbers keep every digit. A database may set narrower limits; see {@link DatabaseOptions}.
 *
 * <p>Two values are equal if they mean the same: the order of keys, white space, escapes and the notation of a number
 * ({@code 1.0}, {@code 1e0}, {@code 1}) do not matter.
 *
 * @since 0.1.0
 */
public final class Json {

    /** The deepest nesting that any value may have. SQLite's {@code json_valid} refuses more. */
    public static final int MAX_DEPTH = 1_000;

    private static final String ENTITY = "json";
    private static final String FIELD = "value";

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
     * @throws InvalidDataException if the text is not JSON as this class describes it; the reason names the line and
     *     column
     */
    public static Json parse(String text) {
        Objects.requireNonNull(text, "text");
        String stripped = strip(text);
        return stripped.equals("{}") ? EMPTY_OBJECT : new Json(stripped, JsonText.validate(stripped));
    }

    /**
     * Takes a tree. Later changes to the tree do not show.
     *
     * @throws InvalidDataException if the tree holds what JSON has no form for, such as NaN, binary data or a Java
     *     object
     */
    public static Json of(JsonNode tree) {
        Objects.requireNonNull(tree, "tree");
        JsonForm.require(tree, 0);
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

    /**
     * Takes a value of any type: a record, a list of records, a text, a number. A text becomes a JSON string;
     * {@link #parse} takes JSON as text. {@code docs/json.md} says what becomes of each type.
     *
     * @throws InvalidDataException if the value, or a part of it, has no form in JSON
     * @since 0.1.0
     */
    public static Json of(Object value) {
        return of(value, JacksonMapper.STANDARD);
    }

    /**
     * Takes a value of any type through a mapper of the caller's. The text that the mapper writes is checked like any
     * other.
     *
     * @throws InvalidDataException if the mapper fails, or what it writes is not JSON as this class describes it
     * @since 0.1.0
     */
    public static Json of(Object value, JsonMapper mapper) {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(mapper, "mapper");
        if (value instanceof Json json) {
            return json;
        }
        return value instanceof JsonNode tree ? of(tree) : parse(JsonMapping.write(value, mapper));
    }

    private static Json ofPlain(Object value) {
        JsonForm.requirePlain(value, 0);
        JsonNode tree;
        try {
            tree = JsonText.MAPPER.valueToTree(value);
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
            return JsonText.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CorruptDatabaseException("stored JSON does not parse: " + JsonText.reason(e), e);
        } catch (NumberFormatException e) {
            throw new CorruptDatabaseException("stored JSON does not parse: a number in it cannot be read", e);
        }
    }

    /**
     * The value as a Java object: a record, an enum, a time, a number, a map. Two values that are equal give equal
     * objects, but for the types {@code Object}, {@code Number} and {@code BigDecimal}, which tell {@code 1.0} from
     * {@code 1}. {@code docs/json.md} says how each type is read.
     *
     * <pre>{@code
     * record Limits(int steps, @Nullable Duration timeout) {}
     * Limits limits = task.metadata().as(Limits.class);
     * }</pre>
     *
     * @throws InvalidDataException if the value does not fit the type; the message names the place and the value. A
     *     number is never rounded, and a member that the type does not have is refused
     * @throws IllegalArgumentException if no value of that type can be made from JSON
     * @since 0.1.0
     */
    public <T> T as(Class<T> type) {
        return as(type, JacksonMapper.STANDARD);
    }

    /** {@link #as(Class)} for a generic type: {@code as(new TypeReference<List<Limits>>() {})}. */
    public <T> T as(TypeReference<T> type) {
        return as(type, JacksonMapper.STANDARD);
    }

    /**
     * The value as a Java object, through a mapper of the caller's.
     *
     * @throws InvalidDataException if the mapper fails, or gives null or an object of another type
     * @since 0.1.0
     */
    public <T> T as(Class<T> type, JsonMapper mapper) {
        Objects.requireNonNull(type, "type");
        return JsonMapping.read(this, type, Objects.requireNonNull(mapper, "mapper"));
    }

    /** {@link #as(Class, JsonMapper)} for a generic type. */
    public <T> T as(TypeReference<T> type, JsonMapper mapper) {
        Objects.requireNonNull(type, "type");
        return JsonMapping.read(this, type.getType(), Objects.requireNonNull(mapper, "mapper"));
    }

    /**
     * A part of the value, by a JSON Pointer (RFC 6901): {@code /steps/0/name}. The empty pointer is the whole value.
     *
     * @return the part, which may be JSON's null; nothing if there is none
     * @throws IllegalArgumentException if it is no pointer: it begins with a slash, {@code ~} is written {@code ~0} and
     *     a slash in a name {@code ~1}
     * @since 0.1.0
     */
    public Optional<Json> at(String pointer) {
        Objects.requireNonNull(pointer, "pointer");
        requirePointer(pointer);
        JsonNode part = toNode().at(pointer);
        return part.isMissingNode() ? Optional.empty() : Optional.of(pointer.isEmpty() ? this : write(part));
    }

    private static void requirePointer(String text) {
        boolean valid = text.isEmpty() || text.charAt(0) == '/';
        for (int at = text.indexOf('~'); at >= 0; at = text.indexOf('~', at + 1)) {
            valid &= text.startsWith("0", at + 1) || text.startsWith("1", at + 1);
        }
        if (!valid) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a JSON Pointer, which begins with /, and has ~0 for ~ and ~1 for / in a name");
        }
    }

    /** Whether the value is an object, such as metadata has to be. */
    public boolean isObject() {
        return !text.isEmpty() && text.charAt(0) == '{';
    }

    /** How deep arrays and objects are nested: 0 for a plain value, 1 for {@code {}}. */
    public int depth() {
        return depth >= 0 ? depth : JsonText.validate(text);
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
     * A text that is the same for two values exactly if they are equal: to hash values, or to look them up. It is not
     * JSON. The first call parses the value.
     *
     * @throws CorruptDatabaseException if stored text is not JSON after all
     * @since 0.1.0
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
            return parse(JsonText.MAPPER.writeValueAsString(tree));
        } catch (JsonProcessingException e) {
            throw new InvalidDataException(ENTITY, null, FIELD, "cannot be written as JSON: " + JsonText.reason(e), e);
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

    private static void writeCanonical(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            Collections.sort(names);
            out.append('{');
            for (String name : names) {
                out.append(JsonText.MAPPER.getNodeFactory().textNode(name)).append(':');
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
}
