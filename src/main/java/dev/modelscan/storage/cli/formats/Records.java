package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The records of a source, one at a time. A record that is not valid JSON is told as {@link Event.Refused} and left out.
 * Long arrays inside a record are read from a temporary file while they are iterated: iterate them once, in order, and
 * do not collect their elements.
 */
public interface Records {

    /** The file's name, without folders and without {@code .gz}. */
    String name();

    /** How the source parts its records. */
    Framing framing();

    /** The next record; null at the end. */
    @Nullable
    Item next() throws IOException;

    /** The file, for a source that is a SQLite database. */
    Path file();

    /**
     * A record.
     *
     * @param array the number of the array that it is an element of, from 1; 0 unless the framing is {@link Framing#ARRAY}
     */
    record Item(Place place, int array, JsonNode value) {}
}
