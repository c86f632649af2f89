package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Events of the Agent Development Kit: a session with {@code events}, or events one by one. Several agents
 * share a run.
 */
final class AdkForm implements Form {

    @Override
    public String name() {
        return "adk";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && (first.objects().limit(5).anyMatch(AdkForm::isEvent)
                        || isEvent(first.value().path("events").path(0))
                        || isEmptySession(first.value()));
    }

    private static boolean isEmptySession(JsonNode value) {
        return value.path("events").isArray()
                && value.path("events").isEmpty()
                && !GeminiParts.either(value, "app_name", "appName").isMissingNode()
                && !GeminiParts.either(value, "user_id", "userId").isMissingNode();
    }

    private static boolean isEvent(JsonNode value) {
        return value.path("author").isTextual()
                && (value.has("invocation_id") || value.has("invocationId"))
                && (value.has("content") || value.has("actions"));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Session single = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode value = item.value();
            if (value.path("events").isArray()) {
                Session session = new Session("session-" + place.record(), events);
                session.start(place, value);
                for (JsonNode event : value.path("events")) {
                    session.event(place, event);
                }
                session.end(place, Fields.time(value, "lastUpdateTime", "last_update_time"));
            } else {
                if (single == null) {
                    single = new Session("events", events);
                    single.start(place, Fields.object());
                }
                single.event(place, value);
            }
        }
        if (single != null) {
            single.end(place, null);
        }
    }

    private static final class Session {
        private final String run;
        private final Events events;
        private @Nullable Instant latest;

        Session(String run, Events events) {
            this.run = run;
            this.events = events;
        }

        void start(Place place, JsonNode session) {
            ObjectNode metadata = Fields.rest(session, "id", "events");
            String name = Fields.text(session, "appName", "app_name");
            events.accept(new RunStarted(run, place, Fields.text(session, "id"), null, name, null, null, metadata));
        }

        void event(Place place, JsonNode event) {
            JsonNode content = event.path("content");
            JsonNode parts = content.path("parts");
            String author = Fields.text(event, "author");
            boolean user = "user".equals(author);
            Role role = GeminiParts.role(user ? "user" : "model", parts);
            Instant time = Fields.time(event, "timestamp");
            latest = time == null ? latest : time;
            ObjectNode rest = Fields.rest(event, "id", "content", "author", "timestamp");
            Rest.time(rest, event, "timestamp", time);
            if (!user && role == Role.TOOL) {
                rest.put("author", author);
            }
            ObjectNode beyond = Fields.rest(content, "parts");
            if (!beyond.isEmpty()) {
                rest.set("content", beyond);
            }
            MessageRead.Builder message = MessageRead.builder(run, place, role);
            GeminiParts.add(message, parts, time, rest);
            String id = Fields.text(event, "id");
            events.accept(message.externalId(id)
                    .author(user || role == Role.TOOL ? null : author)
                    .createdAt(time)
                    .rest(rest)
                    .build());
            Usage usage = GeminiParts.usage(GeminiParts.either(event, "usageMetadata", "usage_metadata"));
            if (!usage.isEmpty()) {
                String model = Fields.text(event, "modelVersion", "model_version");
                String finish = Fields.text(event, "finishReason", "finish_reason");
                events.accept(
                        new ModelCalled(run, place, id, id, model, "google", usage, null, null, null, time, finish));
            }
        }

        void end(Place place, @Nullable Instant updated) {
            Instant end = updated == null ? latest : updated;
            events.accept(new RunEnded(run, place, null, null, null, end, null, Fields.object()));
        }
    }
}
