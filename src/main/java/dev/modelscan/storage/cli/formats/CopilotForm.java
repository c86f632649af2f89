package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import java.io.IOException;
import java.util.Set;

/**
 * Sessions of GitHub's Copilot CLI: a line for each event, with what it says in {@code data}. Until autumn 2025 a session was
 * one object with a list of OpenAI's messages.
 */
final class CopilotForm implements Form {

    private static final Set<String> EVENTS = Set.of(
            "session.start",
            "session.resume",
            "user.message",
            "assistant.message",
            "assistant.turn_start",
            "tool.execution_start",
            "tool.execution_complete");

    @Override
    public String name() {
        return "copilot";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && (first.objects().limit(20).anyMatch(CopilotForm::isEvent) || isFirstVersion(first.value()));
    }

    private static boolean isEvent(JsonNode line) {
        return EVENTS.contains(line.path("type").asText()) && line.path("data").isObject() && line.has("timestamp");
    }

    private static boolean isFirstVersion(JsonNode value) {
        return value.path("chatMessages").isArray() && value.has("sessionId");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        CopilotSession session = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            if (isFirstVersion(line)) {
                firstVersion(place, line, events);
                continue;
            }
            String id = Fields.text(line.path("data"), "sessionId");
            boolean starts = line.path("type").asText().equals("session.start");
            if (session == null || (starts && id != null && !id.equals(session.id()))) {
                if (session != null) {
                    session.end(place);
                }
                id = starts && id != null ? id : LineRun.idIn(records.name());
                session = new CopilotSession(id, events);
            }
            session.line(place, line);
        }
        if (session != null) {
            session.end(place);
        }
    }

    private static void firstVersion(Place place, JsonNode session, Events events) {
        String run = "session " + place.record();
        events.accept(new RunStarted(
                run,
                place,
                Fields.text(session, "sessionId"),
                null,
                null,
                "copilot",
                Fields.time(session, "startTime"),
                Fields.rest(session, "sessionId", "chatMessages")));
        new ChatMessages(run, events).readAll(place, session.path("chatMessages"), "chatMessages");
        events.accept(new RunEnded(run, place, null, null, null, null, null, Fields.object()));
    }
}
