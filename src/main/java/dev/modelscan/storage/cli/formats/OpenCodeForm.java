package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of opencode: what {@code opencode export} prints, its SQLite file, and lists of messages with their parts. The
 * folder in which it kept sessions before is read as such exports.
 */
final class OpenCodeForm implements Form {

    private static final Set<String> ROW = Set.of("id", "session_id", "time_created", "data");

    @Override
    public String name() {
        return "opencode";
    }

    @Override
    public boolean recognizes(First first) {
        if (first.file() == null) {
            return isExport(first.value()) || isMessage(first.value());
        }
        try (SqliteSource source = SqliteSource.open(first.file())) {
            return source.columns("message").containsAll(ROW)
                    && source.columns("part").contains("message_id")
                    && source.columns("session").contains("parent_id");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isExport(JsonNode value) {
        return value.path("info").path("time").isObject()
                && value.path("info").has("id")
                && value.path("messages").isArray();
    }

    private static boolean isMessage(JsonNode value) {
        return value.path("info").path("role").isTextual()
                && value.path("parts").isArray();
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        if (records.framing() == Framing.SQLITE) {
            database(records, events);
            return;
        }
        OpenCodeRun list = null;
        int array = 0;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode value = item.value();
            if (isExport(value)) {
                OpenCodeRun run = new OpenCodeRun(value.path("info"), place, events);
                for (JsonNode message : value.path("messages")) {
                    run.message(place, message.path("info"), message.path("parts"), message);
                }
                run.end(place, Fields.rest(value, "info", "messages"));
            } else if (isMessage(value)) {
                if (list == null || array != item.array()) {
                    end(list, place);
                    ObjectNode session = Fields.object();
                    session.set("id", value.path("info").path("sessionID"));
                    list = new OpenCodeRun(session, place, events);
                    array = item.array();
                }
                list.message(place, value.path("info"), value.path("parts"), value);
            } else {
                events.accept(new Event.Refused(place, "is neither a session nor a message of opencode"));
            }
        }
        end(list, place);
    }

    private static void end(@Nullable OpenCodeRun list, Place place) {
        if (list != null) {
            list.end(place, Fields.object());
        }
    }

    private static void database(Records records, Events events) throws IOException {
        try (SqliteSource source = SqliteSource.open(records.file())) {
            Map<String, ObjectNode> sessions = new HashMap<>();
            source.each(
                    "SELECT * FROM session", row -> sessions.put(row.path("id").asText(), session(row)));
            Rows rows = new Rows(sessions, events);
            source.each(
                    "SELECT m.rowid AS row_number, m.id, m.session_id, m.data, p.id AS part_id, p.data AS part"
                            + " FROM message m LEFT JOIN part p ON p.message_id = m.id"
                            + " ORDER BY m.session_id, m.time_created, m.id, p.id",
                    rows::row);
            rows.end();
            rows.empty();
            source.requireUnchanged();
        }
    }

    /** A row as the session that an export has. */
    private static ObjectNode session(ObjectNode row) {
        ObjectNode session = Fields.rest(row, "parent_id", "time_created", "time_updated");
        session.set("parentID", row.path("parent_id"));
        ObjectNode time = session.putObject("time");
        time.set("created", row.path("time_created"));
        time.set("updated", row.path("time_updated"));
        return session;
    }

    /** The rows of a database, in the order of their sessions and messages. */
    private static final class Rows {
        private final Map<String, ObjectNode> sessions;
        private final Events events;
        private final Set<String> told = new HashSet<>();
        private final ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        private Place place = new Place(0, 0, -1);
        private String session = "";
        private @Nullable ObjectNode message;
        private @Nullable OpenCodeRun run;

        Rows(Map<String, ObjectNode> sessions, Events events) {
            this.sessions = sessions;
            this.events = events;
        }

        void row(ObjectNode row) {
            String id = row.path("id").asText();
            if (message == null || !message.path("id").asText().equals(id)) {
                message();
                place = new Place(row.path("row_number").asLong(), 0, -1);
                begin(row.path("session_id").asText());
                message = data(row.path("data"));
                message.put("id", id);
            }
            if (!row.path("part_id").isNull()) {
                parts.add(data(row.path("part")).put("id", row.path("part_id").asText()));
            }
        }

        /** The JSON of a row; what is none is kept as it is. */
        private static ObjectNode data(JsonNode text) {
            JsonNode data = Fields.structure(text);
            return data.isObject() ? (ObjectNode) data : Fields.object().set("data", text);
        }

        private void begin(String next) {
            if (run != null && session.equals(next)) {
                return;
            }
            end();
            session = next;
            told.add(next);
            ObjectNode info = sessions.getOrDefault(next, Fields.object().put("id", next));
            run = new OpenCodeRun(info, place, events);
        }

        private void message() {
            if (message != null && run != null) {
                run.message(place, message, parts, Fields.object());
            }
            parts.removeAll();
            message = null;
        }

        void end() {
            message();
            if (run != null) {
                run.end(place, Fields.object());
            }
            run = null;
        }

        /** Sessions without a message. */
        void empty() {
            sessions.forEach((id, info) -> {
                if (!told.contains(id)) {
                    new OpenCodeRun(Objects.requireNonNull(info), place, events).end(place, Fields.object());
                }
            });
        }
    }
}
