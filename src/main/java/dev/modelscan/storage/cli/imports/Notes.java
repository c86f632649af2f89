package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Fields;
import java.util.Set;

/**
 * What the importer notes in a record's metadata beside the words of the source. If the source itself has a member of such a
 * name, its words are one member further in, so that they can be told from the notes.
 */
final class Notes {

    /** Of a message: the content is only the start of a text that is a blob. */
    static final String EXCERPT = "content_is_excerpt";

    /** Some text holds escapes of {@link Escapes}. */
    static final String ESCAPED = "escaped";

    /** Of a message: its calls in the source's words, if the parts do not say all of them. */
    static final String CALLS = "calls";

    /** Of a message: it has no time of its own, unlike others of its run. */
    static final String UNTIMED = "untimed";

    /** Of a message: its id in the source, if the origin cannot hold it. */
    static final String ID = "source_message_id";

    /** Of a task: which of its messages have times, {@code none} or {@code some}. */
    static final String TIMES = "times";

    /** Its value if the source has none. */
    static final String NO_TIMES = "none";

    private static final String SOURCE = "source_members";
    private static final Set<String> NAMES = Set.of(EXCERPT, ESCAPED, CALLS, UNTIMED, ID, TIMES, SOURCE);

    private Notes() {}

    /** Metadata with the words of the source, to which notes can be added. */
    static ObjectNode beside(ObjectNode words) {
        ObjectNode metadata = Fields.object();
        if (NAMES.stream().anyMatch(words::has)) {
            return metadata.set(SOURCE, words);
        }
        metadata.setAll(words);
        return metadata;
    }

    /** The words of the source in metadata that {@link #beside} made. */
    static ObjectNode wordsOf(JsonNode metadata) {
        return metadata.get(SOURCE) instanceof ObjectNode words ? words : Fields.rest(metadata, NAMES);
    }
}
