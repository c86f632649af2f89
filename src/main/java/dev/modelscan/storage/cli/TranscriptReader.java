package dev.modelscan.storage.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DatabindException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the records of a JSON array, or of JSON Lines, one at a time. Memory holds one record, however long
 * the file is. A file that starts with {@code [} is an array. Any other is JSON Lines; blank lines are
 * ignored.
 */
final class TranscriptReader {

    /** Receives the records, in the order of the file. */
    interface Sink {

        void accept(Position position, ObjectNode record);

        void reject(Position position, String reason);
    }

    // Keeps every digit of a number. A repeated key is an error, since only one of its values could be kept.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    // Jackson throws a plain NumberFormatException for this.
    private static final String UNREADABLE_NUMBER = "has a number whose exponent is out of range";

    private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

    private final BufferedInputStream in;
    private final Sink sink;
    private long firstLine = 1;
    private long number;

    private TranscriptReader(InputStream in, Sink sink) {
        this.in = new BufferedInputStream(in, 1 << 16);
        this.sink = sink;
    }

    /**
     * Reads to the end. A syntax error ends the reading of an array, because nothing shows where the next
     * record starts; JSON Lines continue with the next line.
     */
    static void read(InputStream in, Sink sink) throws IOException {
        TranscriptReader reader = new TranscriptReader(in, sink);
        reader.skipByteOrderMark();
        if (reader.startsWithArray()) {
            reader.readArray();
        } else {
            reader.readLines();
        }
    }

    private void skipByteOrderMark() throws IOException {
        in.mark(BYTE_ORDER_MARK.length);
        for (int expected : BYTE_ORDER_MARK) {
            if (in.read() != expected) {
                in.reset();
                return;
            }
        }
    }

    /** Skips white space, so that an array may start on any line. */
    private boolean startsWithArray() throws IOException {
        while (true) {
            in.mark(1);
            int next = in.read();
            if (next == '\n') {
                firstLine++;
            } else if (next != ' ' && next != '\t' && next != '\r') {
                in.reset();
                return next == '[';
            }
        }
    }

    private void readArray() throws IOException {
        try (JsonParser parser = MAPPER.createParser(in)) {
            parser.nextToken();
            JsonStreamContext array = parser.getParsingContext();
            try {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    number++;
                    readRecord(parser, array, firstLine);
                }
                if (parser.nextToken() != null) {
                    number++;
                    sink.reject(position(parser.currentTokenLocation(), firstLine), "more text follows the array");
                }
            } catch (JsonProcessingException e) {
                sink.reject(
                        position(place(parser, e), firstLine),
                        "is not valid JSON, and nothing after it was read: " + reason(e));
            }
        }
    }

    private void readLines() throws IOException {
        LineInputStream line = new LineInputStream(in);
        for (long lineNumber = firstLine; line.nextLine(); lineNumber++) {
            try (JsonParser parser = MAPPER.createParser(line)) {
                readLine(parser, lineNumber);
            }
        }
    }

    private void readLine(JsonParser parser, long lineNumber) throws IOException {
        boolean counted = false;
        try {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return;
            }
            number++;
            counted = true;
            JsonLocation start = parser.currentTokenLocation();
            JsonNode record = MAPPER.readTree(parser);
            if (parser.nextToken() != null) {
                sink.reject(position(parser.currentTokenLocation(), lineNumber), "more text follows the record");
            } else {
                deliver(position(start, lineNumber), record);
            }
        } catch (JsonProcessingException e) {
            number += counted ? 0 : 1;
            sink.reject(position(place(parser, e), lineNumber), "is not valid JSON: " + reason(e));
        } catch (NumberFormatException e) {
            sink.reject(position(parser.currentTokenLocation(), lineNumber), UNREADABLE_NUMBER);
        }
    }

    private void readRecord(JsonParser parser, JsonStreamContext array, long lineNumber) throws IOException {
        Position position = position(parser.currentTokenLocation(), lineNumber);
        try {
            deliver(position, MAPPER.readTree(parser));
        } catch (DatabindException e) {
            sink.reject(position(place(parser, e), lineNumber), reason(e));
            skipTo(parser, array);
        } catch (NumberFormatException e) {
            sink.reject(position(parser.currentTokenLocation(), lineNumber), UNREADABLE_NUMBER);
            skipTo(parser, array);
        }
    }

    /** If only the content was wrong, the record's end can be found. */
    private static void skipTo(JsonParser parser, JsonStreamContext array) throws IOException {
        while (parser.getParsingContext() != array) {
            parser.nextToken();
        }
    }

    private void deliver(Position position, JsonNode record) {
        if (record instanceof ObjectNode object) {
            sink.accept(position, object);
        } else {
            sink.reject(position, "is not a JSON object");
        }
    }

    /** The position of an error. Limits on depth and length are reported without one. */
    private static JsonLocation place(JsonParser parser, JsonProcessingException e) {
        return e.getLocation() == null ? parser.currentLocation() : e.getLocation();
    }

    private Position position(JsonLocation location, long lineNumber) {
        return new Position(
                location.getLineNr() - 1L + lineNumber, Math.max(1, location.getColumnNr()), Math.max(1, number));
    }

    /** The parser's message without the names of its classes. */
    private static String reason(JsonProcessingException e) {
        return e.getOriginalMessage().replaceAll(", from `[^`]*`| \\(start marker at \\[[^]]*]\\)", "");
    }
}
