package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQLite file of the OpenAI Agents SDK: its sessions, and their items of the Responses API in order. */
final class AgentsSdkForm implements Form {

    private static final String SESSIONS = "agent_sessions";
    private static final String MESSAGES = "agent_messages";

    @Override
    public String name() {
        return "openai-agents";
    }

    @Override
    public boolean recognizes(First first) {
        if (first.file() == null) {
            return false;
        }
        try (SqliteSource source = SqliteSource.open(first.file())) {
            return source.columns(MESSAGES).containsAll(Set.of("session_id", "message_data"));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        try (SqliteSource source = SqliteSource.open(records.file())) {
            Map<String, ObjectNode> sessions = new LinkedHashMap<>();
            if (source.tables().contains(SESSIONS)) {
                source.each(
                        "SELECT * FROM " + SESSIONS,
                        row -> sessions.put(row.path("session_id").asText(), row));
            }
            Sessions reading = new Sessions(sessions, usage(source), events);
            source.each("SELECT rowid AS row_number, * FROM " + MESSAGES + " ORDER BY session_id, id", reading::row);
            reading.end();
            reading.empty();
            source.requireUnchanged();
        }
    }

    /** The advanced session's table of what each turn used. */
    private static Map<String, Usage> usage(SqliteSource source) throws IOException {
        Map<String, Usage> used = new HashMap<>();
        if (source.tables().contains("turn_usage")) {
            source.each(
                    "SELECT session_id, sum(input_tokens) AS input, sum(output_tokens) AS output FROM turn_usage"
                            + " GROUP BY session_id",
                    row -> used.put(
                            row.path("session_id").asText(),
                            new Usage(Fields.count(row, "input"), Fields.count(row, "output"), null, null, null)));
        }
        return used;
    }

    private static final class Sessions {
        private final Map<String, ObjectNode> sessions;
        private final Map<String, Usage> used;
        private final Events events;
        private final Set<String> told = new HashSet<>();
        private @Nullable String run;
        private @Nullable Instant latest;
        private Place place = new Place(0, 0, -1);

        Sessions(Map<String, ObjectNode> sessions, Map<String, Usage> used, Events events) {
            this.sessions = sessions;
            this.used = used;
            this.events = events;
        }

        /** Sessions without an item. */
        void empty() {
            for (String session : sessions.keySet()) {
                if (!told.contains(session)) {
                    start(session);
                    end();
                }
            }
        }

        private void start(String session) {
            ObjectNode row = sessions.getOrDefault(session, Fields.object());
            ObjectNode metadata = Fields.rest(row, "session_id", "created_at");
            Instant created = Fields.time(row, "created_at");
            Rest.time(metadata, row, "created_at", created);
            events.accept(new RunStarted(session, place, session, null, null, null, created, metadata));
            run = session;
            latest = null;
            told.add(session);
        }

        void row(ObjectNode row) {
            place = new Place(row.path("row_number").asLong(), 0, -1);
            String session = row.path("session_id").asText();
            if (!session.equals(run)) {
                end();
                start(session);
            }
            Instant time = Fields.time(row, "created_at");
            latest = time == null ? latest : time;
            JsonNode data = row.path("message_data");
            JsonNode item = Fields.structure(data);
            MessageRead read;
            if (item.isObject()) {
                read = ResponsesItems.read(session, place, item, time);
                if (!ResponsesItems.isKnown(item)) {
                    events.accept(new Warned(session, place, "type", "is of no known type; the item is kept as it is"));
                }
            } else {
                events.accept(new Warned(session, place, "message_data", "is not a JSON object; it is kept as it is"));
                read = MessageRead.builder(session, place, Role.OTHER)
                        .createdAt(time)
                        .add(new Part.Other(data))
                        .build();
            }
            ObjectNode beyond = Fields.rest(row, "row_number", "session_id", "message_data", "id");
            Rest.time(beyond, row, "created_at", time);
            read.rest().set("row", beyond);
            String id = "row " + row.path("id").asText();
            MessageRead.Builder message = MessageRead.builder(session, place, read.role())
                    .externalId(read.externalId() == null ? id : read.externalId())
                    .createdAt(time)
                    .rest(read.rest());
            read.parts().forEach(message::add);
            events.accept(message.build());
        }

        void end() {
            String ended = run;
            if (ended == null) {
                return;
            }
            Usage usage = used.get(ended);
            if (usage != null) {
                events.accept(new ModelCalled(
                        ended,
                        place,
                        null,
                        "usage of " + ended,
                        null,
                        "openai",
                        usage,
                        null,
                        null,
                        null,
                        latest,
                        null));
            }
            Instant updated = Fields.time(sessions.getOrDefault(ended, Fields.object()), "updated_at");
            Instant end = updated == null ? latest : updated;
            events.accept(new RunEnded(ended, place, null, null, null, end, null, Fields.object()));
            run = null;
        }
    }
}
