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
import java.nio.file.Path;
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
                open = Fields.parser(framer);
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
            return new Item(place, framer.array(), trees.read(open));
        } catch (JsonProcessingException | CharConversionException e) {
            place = counted ? place : new Place(place.record() + 1, place.line(), place.byteOffset());
            events.accept(new Event.Refused(place, reason(e, place.line(), framing)));
            return null;
        }
    }

    /** What is wrong, in our own words: the parser's name its classes. */
    private static String reason(IOException e, long line, Framing framing) {
        if (e instanceof StreamConstraintsException) {
            return "is nested deeper than 1,000 levels, or has a number of more than 12,000 digits";
        }
        if (e instanceof JsonEOFException) {
            return framing == Framing.LINES ? "is cut off: the line ends inside the value" : "is cut off";
        }
        if (!(e instanceof JsonProcessingException json)) {
            return "is not valid UTF-8";
        }
        if (String.valueOf(json.getOriginalMessage()).contains("UTF-8")) {
            return "is not valid UTF-8";
        }
        return json.getLocation() == null
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
