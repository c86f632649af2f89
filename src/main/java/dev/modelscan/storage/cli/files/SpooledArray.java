package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON array whose elements are in a file. It can be iterated; access by index reads all elements before it. */
@SuppressWarnings({"serial", "unchecked"}) // Java never serializes it; deepCopy() is unchecked in ArrayNode too.
final class SpooledArray extends ArrayNode {

    private final transient Path file;
    private final transient Spool spool;
    private final transient JsonMapper mapper;
    private transient @Nullable JsonGenerator out;
    private int size;

    /** What is being iterated. An iteration that ends early is closed with the array. */
    private final transient Set<Elements> open = new HashSet<>();

    SpooledArray(Path file, Spool spool, JsonMapper mapper) {
        super(JsonNodeFactory.instance);
        this.file = file;
        this.spool = spool;
        this.mapper = mapper;
    }

    void append(JsonNode element) throws IOException {
        JsonGenerator writer = out;
        if (writer == null) {
            writer = mapper.createGenerator(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
            // Half of a surrogate pair has no form in UTF-8.
            writer.enable(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());
            out = writer;
        }
        mapper.writeTree(writer, element);
        size++;
    }

    void delete() throws IOException {
        try {
            finish();
            for (Elements each : List.copyOf(open)) {
                each.close();
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void finish() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    @Override
    public @Nullable JsonNode get(int index) {
        if (index < 0 || index >= size) {
            return null;
        }
        try (Elements elements = read()) {
            for (int left = index; left > 0; left--) {
                elements.next();
            }
            return elements.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public JsonNode path(int index) {
        JsonNode element = get(index);
        return element == null ? MissingNode.getInstance() : element;
    }

    @Override
    public ArrayNode deepCopy() {
        return this;
    }

    @Override
    public Iterator<JsonNode> elements() {
        try {
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Elements read() throws IOException {
        finish();
        Elements elements = new Elements(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
        open.add(elements);
        return elements;
    }

    @Override
    public void serialize(JsonGenerator writer, SerializerProvider provider) throws IOException {
        writer.writeStartArray(this, size);
        for (JsonNode element : this) {
            mapper.writeTree(writer, element);
        }
        writer.writeEndArray();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    private final class Elements implements Iterator<JsonNode>, AutoCloseable {

        private final InputStream in;
        private final JsonParser parser;
        private final TreeReader reader = new TreeReader(spool, (field, text) -> {});
        private int left = size;

        Elements(InputStream in) throws IOException {
            this.in = in;
            this.parser = mapper.createParser(in);
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public JsonNode next() {
            if (left == 0) {
                throw new NoSuchElementException();
            }
            try {
                parser.nextToken();
                JsonNode element = reader.read(parser);
                if (--left == 0) {
                    close();
                }
                return element;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            left = 0;
            open.remove(this);
            in.close();
        }
    }
}
