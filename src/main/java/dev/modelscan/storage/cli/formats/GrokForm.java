package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The chat history of a session of Grok's command line: lines with chat messages whose role is their type, and items of the
 * Responses API between. What it says of the session is in a file beside it, which comes first if a folder is imported.
 */
final class GrokForm implements Form {

    private static final String RUN = "session";
    private static final String BACKEND = "backend_tool_call";
    private static final Map<String, String> ROLES =
            Map.of("system", "system", "user", "user", "assistant", "assistant", "tool_result", "tool");

    @Override
    public String name() {
        return "grok";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() == Framing.LINES && first.objects().anyMatch(GrokForm::isLine);
    }

    private static boolean isLine(JsonNode line) {
        return switch (line.path("type").asText()) {
            case "user" -> line.has("content") && (line.has("prompt_index") || line.has("synthetic_reason"));
            case "assistant" -> line.has("content") && line.has("model_id");
            case "tool_result" -> line.has("content") && line.has("tool_call_id") && !line.has("role");
            case BACKEND -> line.path("kind").isObject();
            default -> isSummary(line);
        };
    }

    private static boolean isSummary(JsonNode line) {
        return line.path("info").has("id") && line.has("chat_format_version") && !line.has("type");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Session session = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            if (session == null) {
                session = new Session(events);
                session.start(place, isSummary(line) ? line : Fields.object());
                if (isSummary(line)) {
                    continue;
                }
            }
            session.line(place, line);
        }
        if (session != null) {
            session.end(place);
        }
    }

    private static final class Session {
        private final Events events;
        private final ChatMessages messages;
        private ArrayNode between = JsonNodeFactory.instance.arrayNode();
        private @Nullable Instant updated;

        Session(Events events) {
            this.events = events;
            this.messages = new ChatMessages(RUN, this::tell);
        }

        void start(Place at, JsonNode summary) {
            updated = Fields.time(summary, "updated_at");
            Instant created = Fields.time(summary, "created_at");
            ObjectNode metadata = Fields.rest(summary, "created_at", "agent_name");
            Rest.time(metadata, summary, "created_at", created);
            String agent = Fields.text(summary, "agent_name");
            events.accept(new RunStarted(
                    RUN,
                    at,
                    Fields.text(summary.path("info"), "id"),
                    null,
                    Fields.text(summary, "generated_title", "session_summary"),
                    agent == null ? "grok" : agent,
                    created,
                    metadata));
        }

        void line(Place at, JsonNode line) {
            String type = line.path("type").asText();
            String role = ROLES.get(type);
            if (role != null) {
                messages.read(at, Fields.rest(line, "type").put("role", role), "content");
            } else if (type.equals("reasoning")) {
                tell(ResponsesItems.read(RUN, at, line, null));
            } else if (type.equals(BACKEND) && line.path("kind").isObject()) {
                ObjectNode item = Fields.rest(line.path("kind"));
                item.put("type", line.path("kind").path("tool_type").asText("tool") + "_call");
                tell(ResponsesItems.read(RUN, at, item, null));
            } else {
                events.accept(new Warned(RUN, at, "type", "is of no known type; the line is kept as it is"));
                between.add(line);
            }
        }

        /** The lines that are of no known type go with the message after them. */
        private void tell(Event event) {
            if (event instanceof MessageRead message && !between.isEmpty()) {
                Rest.note(message.rest(), Rest.BEFORE, between);
                between = JsonNodeFactory.instance.arrayNode();
            }
            events.accept(event);
        }

        void end(Place at) {
            ObjectNode rest = Fields.object();
            if (!between.isEmpty()) {
                Rest.note(rest, Rest.AFTER, between);
            }
            events.accept(new RunEnded(RUN, at, null, null, null, updated, null, rest));
        }
    }
}
