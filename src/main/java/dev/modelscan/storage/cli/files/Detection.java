package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Framing;
import dev.modelscan.storage.cli.formats.Records;
import java.io.ByteArrayInputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells from the start of a source how its records are separated, and what they look like. */
final class Detection {

    /** How much of a source is looked at. */
    static final int HEAD = 1 << 20;

    private static final int MOST_VALUES = 50;
    private static final Pattern EVENT = Pattern.compile("(?m)^data: ?\\{");
    private static final Pattern EMPTY_ARRAY = Pattern.compile("\\s*\\[\\s*]\\s*");

    private final byte[] head;
    private final boolean whole;

    /**
     * Looks at the start of a source.
     *
     * @param head its first bytes
     */
    Detection(byte[] head) {
        this.head = head;
        this.whole = head.length < HEAD;
    }

    /** Whether they look like text: of random bytes one in ten is a control character. */
    boolean isText() {
        int controls = 0;
        for (byte next : head) {
            if (next >= 0 && next < ' ' && "\t\n\u000b\f\r\u001b\u001e".indexOf(next) < 0) {
                controls++;
            }
        }
        return controls <= head.length / 50;
    }

    /** Whether it is the body of a streamed HTTP response: lines such as {@code data: {...}}. */
    boolean isEventStream() {
        return EVENT.matcher(new String(head, StandardCharsets.UTF_8)).find();
    }

    /** Whether it is a JSON array without elements. */
    boolean isEmptyArray() {
        return whole
                && EMPTY_ARRAY.matcher(new String(head, StandardCharsets.UTF_8)).matches();
    }

    /** Whether all of it is in one line. */
    boolean isOneLine() {
        return skipSpace(lineEnd(skipSpace(0))) == head.length;
    }

    /** The framing; null if the source does not hold JSON. */
    @Nullable
    Framing framing() throws IOException {
        int start = skipSpace(0);
        if (start == head.length) {
            return Framing.LINES;
        }
        if (head[start] == LineFramer.RECORD_SEPARATOR) {
            return Framing.LINES;
        }
        if (head[start] != '{' && head[start] != '[') {
            return hasLine('{', start) || hasLine('[', start) ? Framing.LINES : null;
        }
        boolean array = head[start] == '[';
        int end = valueEnd(start);
        if (end < 0) {
            // A record of one line that is longer than what is looked at.
            boolean oneLine = !whole && lineEnd(start) == head.length;
            State state = state(start, head.length);
            // A first line that is cut off swallows the second one.
            boolean swallows = whole && state == State.CUT_OFF;
            boolean broken = !oneLine && (state == State.INVALID || swallows) && hasLine(head[start], start);
            return (oneLine && !array) || broken ? Framing.LINES : array ? Framing.ARRAY : Framing.VALUES;
        }
        if (lineEnd(start) < end) {
            boolean broken = state(start, end) == State.INVALID && hasLine(head[start], start);
            return broken ? Framing.LINES : array ? Framing.ARRAY : Framing.VALUES;
        }
        return array && skipSpace(end) == head.length ? Framing.ARRAY : Framing.LINES;
    }

    /** Whether the records are those of RFC 7464. */
    boolean isSequence() {
        int start = skipSpace(0);
        return start < head.length && head[start] == LineFramer.RECORD_SEPARATOR;
    }

    /** The records in what was looked at. The last one may be cut off. */
    List<JsonNode> values(Framing framing) throws IOException {
        List<JsonNode> values = new ArrayList<>();
        Window window = new Window(new ByteArrayInputStream(head));
        Framer framer = Source.framer(window, framing, isSequence());
        try (RecordReader reader = new RecordReader("", framing, framer, event -> {})) {
            while (values.size() < MOST_VALUES) {
                Records.Item item = reader.next();
                if (item == null) {
                    if (!whole || values.isEmpty()) {
                        addPartial(values, reader.partial());
                    }
                    return values;
                }
                values.add(item.value());
            }
        }
        return values;
    }

    @SuppressWarnings("ReferenceEquality") // The last record may be the one that was cut off.
    private void addPartial(List<JsonNode> values, JsonNode partial) {
        boolean isEmpty = whole && partial.isEmpty();
        if (partial.isContainerNode() && !isEmpty && values.stream().noneMatch(value -> value == partial)) {
            values.add(partial);
        }
    }

    private int skipSpace(int from) {
        int at = from;
        while (at < head.length && " \t\r\n".indexOf(head[at]) >= 0) {
            at++;
        }
        return at;
    }

    private int lineEnd(int from) {
        int at = from;
        while (at < head.length && head[at] != '\n') {
            at++;
        }
        return at;
    }

    /** The end of the value that starts there, by counting brackets; -1 if it is not in the head. */
    private int valueEnd(int from) throws IOException {
        Window window = new Window(new ByteArrayInputStream(head, from, head.length - from));
        ValueFramer framer = new ValueFramer(window);
        framer.nextPart();
        while (framer.read() >= 0) {
            // To its end.
        }
        return framer.isComplete() ? from + (int) window.offset() : -1;
    }

    /** Whether a later line is one complete JSON value that begins with that bracket. */
    private boolean hasLine(int bracket, int from) throws IOException {
        for (int start = lineEnd(from) + 1; start < head.length; start = lineEnd(start) + 1) {
            if (head[start] == bracket && state(start, lineEnd(start)) == State.COMPLETE) {
                return true;
            }
        }
        return false;
    }

    private State state(int from, int to) throws IOException {
        try (JsonParser parser = Fields.parser(new Utf8Stream(new ByteArrayInputStream(head, from, to - from)))) {
            parser.nextToken();
            parser.skipChildren();
            return parser.nextToken() == null ? State.COMPLETE : State.INVALID;
        } catch (JsonEOFException e) {
            return State.CUT_OFF;
        } catch (JsonProcessingException | CharConversionException e) {
            return State.INVALID;
        }
    }

    private enum State {
        COMPLETE,
        CUT_OFF,
        INVALID
    }
}
