package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects what a form says beyond the events, in its own words, so that the source can be told again. */
final class Rest {

    /** The member that holds, by position, what parts of a message have beyond their neutral form. */
    static final String PARTS = "parts";

    /** The member that holds the records between the message before and this one. */
    static final String BEFORE = "before";

    /** The member that holds the records after the last message. */
    static final String AFTER = "after";

    /** The member that holds members of the source whose names are those of notes. */
    static final String SAME_NAMES = "source_members";

    private Rest() {}

    /**
     * The members of an object other than those that are known. Those with the name of a note are one member further in, so
     * that they are not taken for notes.
     */
    static ObjectNode words(JsonNode object, Set<String> known, Set<String> notes) {
        ObjectNode rest = Fields.rest(object, known);
        ObjectNode further = Fields.object();
        for (String name : Stream.concat(notes.stream(), Stream.of(SAME_NAMES)).toList()) {
            JsonNode word = rest.remove(name);
            if (word != null) {
                further.set(name, word);
            }
        }
        return further.isEmpty() ? rest : rest.set(SAME_NAMES, further);
    }

    /** Adds a note. A member of the source that has its name is one member further in. */
    static void note(ObjectNode rest, String name, JsonNode value) {
        JsonNode word = rest.get(name);
        if (word != null) {
            JsonNode others = rest.get(SAME_NAMES);
            ObjectNode further = others instanceof ObjectNode object ? object : rest.putObject(SAME_NAMES);
            if (others != null && !others.isObject()) {
                further.set(SAME_NAMES, others);
            }
            further.set(name, word);
        }
        rest.set(name, value);
    }

    /** Keeps a time unless the instant, as ISO 8601 in whole microseconds, as it is stored, says the same to the letter. */
    static void time(ObjectNode rest, JsonNode object, String member, @Nullable Instant read) {
        JsonNode value = object.path(member);
        if (!value.isMissingNode()
                && (read == null
                        || !value.isTextual()
                        || !value.textValue()
                                .equals(read.truncatedTo(ChronoUnit.MICROS).toString()))) {
            rest.set(member, value);
        }
    }

    /** Keeps what the part at a position has beyond its neutral form. */
    static void part(ObjectNode rest, int position, ObjectNode beyond) {
        if (beyond.isEmpty()) {
            return;
        }
        if (rest.has(PARTS) && !rest.path(PARTS).isObject()) {
            note(rest, PARTS, Fields.object());
        }
        rest.withObjectProperty(PARTS).set(Integer.toString(position), beyond);
    }

    /** Keeps text that was read as JSON, unless writing the JSON gives the same text. */
    static void text(ObjectNode rest, String member, JsonNode value, @Nullable JsonNode read) {
        if (value.isTextual()
                && read != null
                && !read.isTextual()
                && !value.textValue().equals(written(read))) {
            rest.set(member, value);
        }
    }

    private static @Nullable String written(JsonNode value) {
        try {
            return Fields.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
