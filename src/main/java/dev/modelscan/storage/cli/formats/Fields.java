package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads members of JSON objects whose type is not certain. */
public final class Fields {

    /** Keeps every digit of a number. Of a repeated key, the last value counts, as it does for most readers. */
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(1_000)
                            .maxNumberLength(12_000)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    // Numbers of seconds, milliseconds, microseconds and nanoseconds since 1970 do not overlap between 1973 and 5138.
    private static final List<BigDecimal> SCALES =
            List.of(BigDecimal.ONE, new BigDecimal("1e3"), new BigDecimal("1e6"), new BigDecimal("1e9"));
    private static final BigDecimal MOST_SECONDS = new BigDecimal("1e11");

    private Fields() {}

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

    /** The first of these members that is a whole number; null if there is none. */
    public static @Nullable Long count(JsonNode node, String... members) {
        for (String member : members) {
            JsonNode value = node.path(member);
            if (value.isNumber() && value.canConvertToLong()) {
                return value.longValue();
            }
        }
        return null;
    }

    /** The first of these members that is a number; null if there is none. */
    public static @Nullable BigDecimal number(JsonNode node, String... members) {
        for (String member : members) {
            if (node.path(member).isNumber()) {
                return node.path(member).decimalValue();
            }
        }
        return null;
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

    /**
     * A time: ISO 8601, with a space or a T, in UTC if it names no offset; or a number, also as text, of seconds,
     * milliseconds, microseconds or nanoseconds since 1970, told apart by its size. Null for anything else.
     */
    public static @Nullable Instant time(JsonNode value) {
        try {
            if (value.isNumber()) {
                return epoch(value.decimalValue());
            }
            if (!value.isTextual()) {
                return null;
            }
            String text = value.textValue().strip();
            if (text.matches("\\d{9,20}(\\.\\d+)?")) {
                return epoch(new BigDecimal(text));
            }
            if (text.length() < 16 || text.length() > 40) {
                return null;
            }
            String iso = text.charAt(10) == ' ' ? text.substring(0, 10) + "T" + text.substring(11) : text;
            iso = iso.replaceFirst(" ?UTC$", "Z").replaceFirst(" ?([+-]\\d\\d):?(\\d\\d)$", "$1:$2");
            return iso.matches(".*(Z|[+-]\\d\\d:\\d\\d)$")
                    ? OffsetDateTime.parse(iso).toInstant()
                    : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    private static @Nullable Instant epoch(BigDecimal number) {
        for (BigDecimal scale : SCALES) {
            if (number.signum() > 0 && number.compareTo(MOST_SECONDS.multiply(scale)) < 0) {
                BigDecimal nanos = number.multiply(SCALES.get(3)).divideToIntegralValue(scale);
                long whole = nanos.longValueExact();
                return Instant.ofEpochSecond(
                        Math.floorDiv(whole, 1_000_000_000L), Math.floorMod(whole, 1_000_000_000L));
            }
        }
        return null;
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
