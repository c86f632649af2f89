package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.Warned;
import dev.modelscan.storage.tasks.TaskStatus;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A run that is told line by line. A line that is no message is kept with the message after it, or, at the end, with the run.
 */
final class LineRun {

    private static final Pattern ID_IN_NAME =
            Pattern.compile("([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\\.jsonl?$");

    private final String key;
    private final Events events;
    private ArrayNode between = JsonNodeFactory.instance.arrayNode();
    private @Nullable Instant latest;

    LineRun(String key, Events events) {
        this.key = key;
        this.events = events;
    }

    String key() {
        return key;
    }

    /** The id with which a session's file name ends; null if there is none. */
    static @Nullable String idIn(String fileName) {
        Matcher id = ID_IN_NAME.matcher(fileName);
        return id.find() ? id.group(1) : null;
    }

    void between(JsonNode line) {
        between.add(line);
    }

    /** A line that is of no known kind goes with the message after it too, but with a warning. */
    void unknown(Place at, JsonNode line) {
        warn(at, "type", "is of no known type; the line is kept as it is");
        between(line);
    }

    void warn(Place at, String field, String text) {
        events.accept(new Warned(key, at, field, text));
    }

    /** The time of something that the run did. */
    void seen(@Nullable Instant time) {
        latest = time == null ? latest : time;
    }

    /** Tells of a message, with the lines before it. */
    void message(MessageRead.Builder message, @Nullable Instant time, ObjectNode rest) {
        seen(time);
        if (!between.isEmpty()) {
            Rest.note(rest, Rest.BEFORE, between);
            between = JsonNodeFactory.instance.arrayNode();
        }
        events.accept(message.createdAt(time).rest(rest).build());
    }

    /** Tells of the end of a run that its file says nothing of. */
    void end(Place at) {
        end(at, null, null, null);
    }

    void end(Place at, @Nullable TaskStatus status, @Nullable String error, @Nullable String head) {
        ObjectNode rest = Fields.object();
        if (!between.isEmpty()) {
            Rest.note(rest, Rest.AFTER, between);
        }
        events.accept(new RunEnded(key, at, null, status, error, latest, head, rest));
    }
}
