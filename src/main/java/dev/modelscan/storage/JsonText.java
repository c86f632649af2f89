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
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.TextRules;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which texts are JSON. Loaded, and Jackson with it, with the first value that has to be parsed or written, and
 * not with the first that is read.
 */
final class JsonText {

    private static final int MAX_DIGITS = 1_000;
    private static final int MAX_EXPONENT = 10_000;

    /**
     * The last place that a significant digit can have. PostgreSQL keeps zeros up to it, writes numbers without an
     * exponent, and refuses more than 16,383 places.
     */
    private static final int MAX_SCALE = MAX_EXPONENT + MAX_DIGITS - 1;

    /** A number written without an exponent. */
    private static final int MAX_NUMBER_LENGTH = 12_000;

    /** Names of the parser's own code and options in its messages. */
    private static final Pattern PARSERS_OWN_NAMES = Pattern.compile(
            ", from `[^`]*`| \\(start marker at \\[[^]]*]\\)| \\(through reference chain: .*\\)"
                    + "|: enable `[^`]*` to allow| \\(not recognized as one since Feature '\\w+' not enabled for parser\\)");

    private static final String ENTITY = "json";
    private static final String FIELD = "value";

    // One mapper for all: plain JSON, exact numbers, no types named in the data.
    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Json.MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_LENGTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .streamWriteConstraints(StreamWriteConstraints.builder()
                            .maxNestingDepth(Json.MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private JsonText() {}

    /** Reads the whole text as a stream, and returns how deep it is nested. */
    static int validate(String text) {
        int depth = 0;
        int deepest = 0;
        try (JsonParser parser = MAPPER.createParser(text)) {
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
            if (Math.abs((long) number.precision() - number.scale() - 1) > MAX_EXPONENT) {
                throw invalid(parser, "a number's exponent is beyond 10,000", null);
            }
            if (number.scale() > MAX_SCALE) {
                throw invalid(
                        parser, "a number has more than 10,999 digits after the point, with zeros at the end", null);
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

    static String reason(JsonProcessingException e) {
        String reason = PARSERS_OWN_NAMES.matcher(e.getOriginalMessage()).replaceAll("");
        return e.getLocation() == null
                ? reason
                : reason + place(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }

    private static String place(int line, int column) {
        return " (line " + line + ", column " + column + ")";
    }
}
