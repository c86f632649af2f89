package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.First;
import dev.modelscan.storage.cli.formats.Forms;
import dev.modelscan.storage.cli.formats.Framing;
import dev.modelscan.storage.cli.formats.Records;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An open source: what it looks like, and its records. */
public final class Source implements AutoCloseable {

    private final String name;
    private final Decoded decoded;
    private final @Nullable Window window;
    private final @Nullable Detection detection;
    private final @Nullable Framing framing;
    private final List<JsonNode> values;
    private final boolean inLists;
    private @Nullable RecordReader reader;

    private Source(String name, Decoded decoded) throws IOException {
        this.name = name.replaceFirst("\\.(gz|zst)$", "");
        this.decoded = decoded;
        if (decoded.database() != null) {
            window = null;
            detection = null;
            framing = Framing.SQLITE;
            values = List.of();
            inLists = false;
            return;
        }
        window = new Window(decoded.in());
        detection = new Detection(window.peek(Detection.HEAD));
        framing = detection.framing();
        List<JsonNode> records = framing == null ? List.of() : detection.values(framing);
        List<JsonNode> elements = elements(records);
        inLists = !elements.equals(records)
                && Forms.of(first(records)).isEmpty()
                && Forms.of(first(elements)).isPresent();
        values = inLists ? elements : records;
    }

    /** The records of a source whose lines are lists of records, such as several exports one after the other. */
    private static List<JsonNode> elements(List<JsonNode> values) {
        List<JsonNode> elements = new ArrayList<>();
        for (JsonNode value : values) {
            (value.isArray() ? value : List.of(value)).forEach(elements::add);
        }
        return elements;
    }

    /**
     * Opens a source, and looks at its start.
     *
     * @throws UnreadableException if its compression or encoding cannot be read
     */
    public static Source open(Input input, InputStream in) throws IOException {
        Decoded decoded = Decoded.of(input, in);
        try {
            return new Source(input.name(), decoded);
        } catch (IOException | RuntimeException e) {
            decoded.close();
            throw e;
        }
    }

    /** What a form is recognized by. */
    public First first() {
        return first(values);
    }

    private First first(List<JsonNode> seen) {
        return new First(name, framing == null ? Framing.VALUES : framing, seen, decoded.database());
    }

    /** Whether it holds nothing but white space. */
    public boolean isEmpty() throws IOException {
        Window bytes = window;
        if (bytes == null) {
            return false;
        }
        for (byte next : bytes.peek(Detection.HEAD)) {
            if (next > ' ' || next < 0) {
                return false;
            }
        }
        return true;
    }

    /** The records, once. */
    public Records records(Events events) throws IOException {
        Window bytes = window;
        Detection head = detection;
        Path database = decoded.database();
        if (database != null) {
            return new DatabaseFile(name, database);
        }
        if (bytes == null || head == null) {
            throw new IllegalStateException("a source is JSON or a database");
        }
        Framing separated = framing == null ? Framing.LINES : framing;
        RecordReader records = new RecordReader(name, separated, framer(bytes, separated, head.isSequence()), events);
        reader = records;
        return inLists ? new Elements(records) : records;
    }

    /** What was seen, in a few words. */
    public String seen() {
        Detection head = detection;
        if (head != null && framing == null && head.isEventStream()) {
            return "a recording of server-sent events, which are not put together; save the whole response";
        }
        if (head != null && head.isEmptyArray()) {
            return "an empty JSON array";
        }
        return head != null && values.isEmpty() && !head.isText()
                ? "bytes that are not text"
                : Seen.describe(first(), framing != null, head != null && head.isOneLine());
    }

    static Framer framer(Window window, Framing framing, boolean sequence) throws IOException {
        return switch (framing) {
            case LINES -> new LineFramer(window, sequence ? LineFramer.RECORD_SEPARATOR : '\n');
            case ARRAY -> ValueFramer.ofArray(window);
            default -> new ValueFramer(window);
        };
    }

    @Override
    public void close() throws IOException {
        try {
            if (reader != null) {
                reader.close();
            }
        } finally {
            decoded.close();
        }
    }

    /** A source without records. */
    private record DatabaseFile(String name, Path file) implements Records {
        @Override
        public Framing framing() {
            return Framing.SQLITE;
        }

        @Override
        public @Nullable Item next() {
            return null;
        }
    }
}
