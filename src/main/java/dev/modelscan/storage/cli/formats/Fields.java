package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads members of JSON objects whose type is not certain. */
public final class Fields {

    /**
     * The most characters of one text. While a text is read it takes up to six bytes a character, so a longer one would end
     * the program instead of one record.
     */
    public static final int LONGEST_TEXT =
            (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 8);

    /** Keeps every digit of a number. Of a repeated key, the last value counts, as it does for most readers. */
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(1_000)
                            .maxNumberLength(12_000)
                            .maxStringLength(LONGEST_TEXT)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final BigDecimal MOST_COUNTED = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final Pattern NUMBER = Pattern.compile("\\s*[+-]?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,2})?\\s*");

    private Fields() {}

    /** A parser of records, which takes the {@code NaN} and {@code Infinity} that Python writes for numbers. */
    public static JsonParser parser(InputStream in) throws IOException {
        return MAPPER.createParser(in).enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS.mappedFeature());
    }

    /** A new object without members. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The text of the first of these members that is text or a number; null if there is none. */
    public static @Nullable String text(JsonNode node, String... members) {
        for (String member : members) {
            JsonNode value = node.path(member);
            if (value.isTextual() || value.isNumber()) {
                return value.asText();
            }
        }
        return null;
    }

    /** The first of these members that is a number, also as text, that a count can be; null if there is none. */
    public static @Nullable Long count(JsonNode node, String... members) {
        for (String member : members) {
            BigDecimal number = number(node.path(member));
            if (number != null && number.abs().compareTo(MOST_COUNTED) <= 0) {
                return number.longValue();
            }
        }
        return null;
    }

    /** The first of these members that is a number, also as text; null if there is none. */
    public static @Nullable BigDecimal number(JsonNode node, String... members) {
        for (String member : members) {
            BigDecimal number = number(node.path(member));
            if (number != null) {
                return number;
            }
        }
        return null;
    }

    /** The number that a value is, also as text; null for anything else. */
    static @Nullable BigDecimal number(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        return value.isTextual() && NUMBER.matcher(value.textValue()).matches()
                ? new BigDecimal(value.textValue().strip())
                : null;
    }

    /** Whether a flag is set: true, a number other than 0, or either as text; null for anything else. */
    static @Nullable Boolean truth(JsonNode flag) {
        if (flag.isBoolean()) {
            return flag.booleanValue();
        }
        String text = flag.asText().strip();
        if (flag.isTextual() && (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"))) {
            return Boolean.valueOf(text);
        }
        BigDecimal number = number(flag);
        return number == null ? null : number.signum() != 0;
    }

    /** The first of these members that is a time by {@link #time(JsonNode)}; null if there is none. */
    public static @Nullable Instant time(JsonNode node, String... members) {
        for (String member : members) {
            Instant time = time(node.path(member));
            if (time != null) {
                return time;
            }
        }
        return null;
    }

    /** A time, as {@link WrittenTimes} reads it; null for anything else. */
    public static @Nullable Instant time(JsonNode value) {
        return WrittenTimes.of(value);
    }

    /** Text that holds JSON is parsed; any other value is given back as it is; null if it is missing. */
    public static @Nullable JsonNode json(JsonNode value) {
        if (!value.isTextual()) {
            return value.isMissingNode() ? null : value;
        }
        String text = value.textValue().strip();
        if (text.isEmpty() || "{[\"-0123456789tfn".indexOf(text.charAt(0)) < 0) {
            return value;
        }
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException | NumberFormatException e) {
            return value;
        }
    }

    /** Text that holds a JSON object or array is parsed; any other value is given back as it is. */
    public static JsonNode structure(JsonNode value) {
        if (!value.isTextual()) {
            return value;
        }
        String text = value.textValue().strip();
        if (!text.startsWith("{") && !text.startsWith("[")) {
            return value;
        }
        JsonNode parsed = json(value);
        return parsed == null ? value : parsed;
    }

    /** The members of an object other than these. */
    public static ObjectNode rest(JsonNode object, String... known) {
        return rest(object, Set.of(known));
    }

    /** The members of an object other than these. */
    public static ObjectNode rest(JsonNode object, Set<String> known) {
        ObjectNode rest = object();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!known.contains(member.getKey())) {
                rest.set(member.getKey(), member.getValue());
            }
        }
        return rest;
    }
}
