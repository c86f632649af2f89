package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Collects what a form says beyond the events, in its own words, so that the source can be told again. */
final class Rest {

    /** The member that holds, by position, what parts of a message have beyond their neutral form. */
    static final String PARTS = "parts";

    /** The member that holds the records between the message before and this one. */
    static final String BEFORE = "before";

    /** The member that holds the records after the last message. */
    static final String AFTER = "after";

    private Rest() {}

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
        if (!beyond.isEmpty()) {
            rest.withObjectProperty(PARTS).set(Integer.toString(position), beyond);
        }
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
