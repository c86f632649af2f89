package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Framing;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Records;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the records of a source that is JSON. Memory holds one, and of that no long array. */
final class RecordReader implements Records, AutoCloseable {

    private final String name;
    private final Framing framing;
    private final Framer framer;
    private final Window window;
    private final Events events;
    private final Spool spool = new Spool();
    private final TreeReader trees;

    // A line may hold several values, so its parser lives on.
    private @Nullable JsonParser parser;
    private Utf8Stream text = new Utf8Stream(InputStream.nullInputStream());
    private Place place = new Place(0, 0, 0);

    RecordReader(String name, Framing framing, Framer framer, Events events) {
        this.name = name;
        this.framing = framing;
        this.framer = framer;
        this.window = framer.window;
        this.events = events;
        this.trees = new TreeReader(spool, (field, text) -> events.accept(new Event.Warned(null, place, field, text)));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Framing framing() {
        return framing;
    }

    @Override
    public Path file() {
        throw new IllegalStateException("only a SQLite database has a file");
    }

    @Override
    public @Nullable Item next() throws IOException {
        while (true) {
            JsonParser open = parser;
            if (open == null) {
                if (!framer.nextPart()) {
                    return null;
                }
                place = new Place(place.record(), window.line(), window.offset());
                text = new Utf8Stream(framer);
                open = Fields.parser(text);
                parser = open;
            }
            Item item = read(open);
            if (item != null) {
                return item;
            }
            parser = null;
        }
    }

    /** The next value of the part; null if there is none, or if the rest of the part cannot be read. */
    private @Nullable Item read(JsonParser open) throws IOException {
        boolean counted = false;
        try {
            JsonToken token = open.nextToken();
            if (token == null) {
                return null;
            }
            place = new Place(place.record() + 1, place.line(), place.byteOffset());
            counted = true;
            JsonNode value = trees.read(open);
            if (text.replaced() > 0) {
                warnOfBytes(value);
            }
            return new Item(place, framer.array(), value);
        } catch (JsonProcessingException | CharConversionException e) {
            place = counted ? place : new Place(place.record() + 1, place.line(), place.byteOffset());
            events.accept(new Event.Refused(place, reason(e, place.line(), framing)));
            return null;
        }
    }

    /** Tells of the first field with bytes that are not UTF-8. */
    private void warnOfBytes(JsonNode value) {
        String field = marked(value, "");
        if (field != null) {
            String odd = "holds bytes that are not UTF-8; each is kept as an escape from \\udc80 to \\udcff";
            events.accept(new Event.Warned(null, place, field, odd));
        }
    }

    private static @Nullable String marked(JsonNode value, String path) {
        if (value.isTextual()) {
            return Utf8Stream.isMarked(value.textValue()) ? path : null;
        }
        String found = null;
        Iterator<Map.Entry<String, JsonNode>> members = value.properties().iterator();
        while (found == null && members.hasNext()) {
            Map.Entry<String, JsonNode> member = members.next();
            String inner = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
            found = Utf8Stream.isMarked(member.getKey()) ? path : marked(member.getValue(), inner);
        }
        int index = 0;
        Iterator<JsonNode> elements = value.isArray() ? value.elements() : Collections.emptyIterator();
        while (found == null && elements.hasNext()) {
            found = marked(elements.next(), path + "[" + index++ + "]");
        }
        return found;
    }

    /** What is wrong, in our own words: the parser's name its classes. */
    private static String reason(IOException e, long line, Framing framing) {
        if (e instanceof StreamConstraintsException) {
            return String.format(
                    Locale.ROOT,
                    "is nested deeper than 1,000 levels, has a number of more than 12,000 digits, or a text of more than"
                            + " %,d characters, an eighth of the memory (java -Xmx)",
                    Fields.LONGEST_TEXT);
        }
        if (e instanceof JsonEOFException) {
            return framing == Framing.LINES ? "is cut off: the line ends inside the value" : "is cut off";
        }
        return !(e instanceof JsonProcessingException json) || json.getLocation() == null
                ? "is not valid JSON"
                : "is not valid JSON at line " + (line + json.getLocation().getLineNr() - 1) + ", column "
                        + json.getLocation().getColumnNr();
    }

    /** What was read of the last record. */
    JsonNode partial() {
        return trees.partial();
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
