package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of one run, in order, to be read as often as the transaction is tried. The events of a long run are in a
 * temporary file that only this user can read.
 */
final class RunBuffer implements AutoCloseable {

    /** Events of more bytes, by a rough count, go to the file. */
    static final long MOST_IN_MEMORY = 16L << 20;

    private final List<Event> events = new ArrayList<>();
    private long weight;
    private @Nullable Path file;

    void add(Event event) {
        events.add(event);
        weight += weight(event);
        if (weight > MOST_IN_MEMORY) {
            spill();
        }
    }

    /** Moves what is held in memory to the file. */
    void spill() {
        if (events.isEmpty()) {
            return;
        }
        try {
            Path held = file;
            if (held == null) {
                held = TemporaryFiles.create(".events");
                file = held;
            }
            // Opened each time: a source may have thousands of open runs.
            try (OutputStream out =
                            new BufferedOutputStream(Files.newOutputStream(held, StandardOpenOption.APPEND), 1 << 16);
                    JsonGenerator writer = EventJson.MAPPER.createGenerator(out)) {
                for (Event event : events) {
                    EventJson.MAPPER.writerFor(Event.class).writeValue(writer, event);
                }
                writer.writeRaw('\n');
            }
            events.clear();
            weight = 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a temporary file: " + e.getMessage(), e);
        }
    }

    /** How many bytes are held in memory, by a rough count. */
    long weight() {
        return weight;
    }

    /** Tells all events again. */
    void replay(Events to) {
        Path held = file;
        if (held != null) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(held), 1 << 16);
                    MappingIterator<Event> iterator =
                            EventJson.MAPPER.readerFor(Event.class).readValues(in)) {
                while (iterator.hasNextValue()) {
                    to.accept(iterator.nextValue());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read a temporary file: " + e.getMessage(), e);
            }
        }
        events.forEach(to::accept);
    }

    private static long weight(Event event) {
        if (event instanceof Event.MessageRead message) {
            long sum = 200 + weight(message.rest());
            for (Part part : message.parts()) {
                sum += 50 + weight(part);
            }
            return sum;
        }
        return event instanceof Event.RunStarted started ? 200 + weight(started.metadata()) : 200;
    }

    private static long weight(Part part) {
        if (part instanceof Part.Text text) {
            return text.text().length();
        }
        if (part instanceof Part.Reasoning reasoning) {
            return weight(reasoning.json());
        }
        if (part instanceof Part.Media media) {
            return weight(media.json());
        }
        if (part instanceof Part.Call call) {
            return weight(call.json()) + (call.input() == null ? 0 : weight(call.input()));
        }
        if (part instanceof Part.Answer answer) {
            return answer.output() == null ? 0 : weight(answer.output());
        }
        return part instanceof Part.Other other ? weight(other.json()) : 0;
    }

    private static long weight(JsonNode node) {
        if (node.isTextual()) {
            return 40L + node.textValue().length();
        }
        long sum = 40;
        for (JsonNode child : node) {
            sum += 30 + weight(child);
        }
        return sum;
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
