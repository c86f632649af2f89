package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts the chunks of a saved stream of Ollama together: records in a row, of which all but the last have {@code done} false. */
final class OllamaStream {

    private final StringBuilder content = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final ArrayNode calls = Fields.MAPPER.createArrayNode();
    private @Nullable Place place;
    private @Nullable JsonNode last;

    /** Whether the record is a chunk of this stream. A record that is done and follows no other is a response of its own. */
    boolean takes(JsonNode record) {
        boolean chunk = record.isObject()
                && ChatRecord.hasOneMessage(record)
                && record.path("done").isBoolean();
        return chunk && (last != null || !record.path("done").booleanValue());
    }

    void add(Place at, JsonNode chunk) {
        place = place == null ? at : place;
        last = chunk;
        JsonNode message = chunk.path("message");
        content.append(message.path("content").asText(""));
        thinking.append(message.path("thinking").asText(""));
        message.path("tool_calls").forEach(calls::add);
    }

    boolean isOpen() {
        return last != null;
    }

    boolean isDone() {
        return last != null && last.path("done").booleanValue();
    }

    /** The place of the first chunk. */
    Place place() {
        return Objects.requireNonNull(place);
    }

    /** The response: what the last chunk says, with the message of all. */
    ObjectNode whole() {
        ObjectNode whole = Fields.rest(Objects.requireNonNull(last));
        ObjectNode message = Fields.rest(whole.path("message"));
        message.put("content", content.toString());
        if (!thinking.isEmpty()) {
            message.put("thinking", thinking.toString());
        }
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
        whole.set("message", message);
        return whole;
    }
}
