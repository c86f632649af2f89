package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a form is recognized by.
 *
 * @param name the file's name, without folders and without {@code .gz}
 * @param framing how the source parts its records
 * @param values the records at its start, at most 50; the last one may be cut off after a megabyte. Empty for SQLite
 * @param file the SQLite database; null for anything else
 */
public record First(
        String name,
        Framing framing,
        List<JsonNode> values,
        @Nullable Path file) {

    public First {
        values = List.copyOf(values);
    }

    /** The first record; missing if there is none. */
    public JsonNode value() {
        return values.isEmpty() ? MissingNode.getInstance() : values.get(0);
    }

    /** The records that are objects, in order. */
    public Stream<JsonNode> objects() {
        return values.stream().filter(JsonNode::isObject);
    }

    /** Whether the first record is an object with all of these members. */
    public boolean has(String... members) {
        return Stream.of(members).allMatch(value()::has);
    }
}
