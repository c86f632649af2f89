package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Events of OpenHands: a list of actions and observations, or the output of an evaluation with such a list as
 * {@code history}, in pairs or one by one. Since 2025 events have a {@code kind} instead.
 */
final class OpenHandsForm implements Form {

    @Override
    public String name() {
        return "openhands";
    }

    @Override
    public boolean recognizes(First first) {
        if (first.framing() == Framing.SQLITE) {
            return false;
        }
        JsonNode history = first.value().path("history").path(0);
        return first.objects().limit(5).anyMatch(OpenHandsForm::isEvent)
                || isEvent(first.value().path(0))
                || isEvent(history)
                || OpenHandsRun.isFlat(history)
                || (history.isArray() && isEvent(history.path(0)));
    }

    private static boolean isEvent(JsonNode value) {
        boolean named =
                value.path("action").isTextual() || value.path("observation").isTextual();
        boolean holds = value.has("args") || value.has("extras") || value.has("tool_call_metadata");
        return (named && holds && value.path("source").isTextual())
                || (isKind(value.path("kind").asText()) && value.has("source") && value.has("id"));
    }

    private static boolean isKind(String kind) {
        return kind.endsWith("Event") || kind.equals("UserRejectObservation");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        OpenHandsRun single = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode value = item.value();
            if (value.isArray() || value.path("history").isArray()) {
                String key = "run-" + place.record();
                OpenHandsRun run = new OpenHandsRun(key, events);
                ObjectNode metadata = value.isArray() ? Fields.object() : Fields.rest(value, "history", "instance_id");
                String id = Fields.text(value, "instance_id");
                id = id == null ? Fields.text(value.path("base_state"), "id") : id;
                start(key, place, id, metadata, events);
                for (JsonNode event : value.isArray() ? value : value.path("history")) {
                    run.events(place, event);
                }
                run.finish(
                        place, value.path("metrics"), value.path("base_state").path("stats"));
                end(key, place, value, run.latest(), run.rest(), events);
            } else {
                if (single == null) {
                    start("events", place, null, Fields.object(), events);
                    single = new OpenHandsRun("events", events);
                }
                single.events(place, value);
            }
        }
        if (single != null) {
            single.finish(place, Fields.object(), Fields.object());
            end("events", place, Fields.object(), single.latest(), single.rest(), events);
        }
    }

    private static void start(String key, Place place, @Nullable String id, ObjectNode metadata, Events events) {
        events.accept(new RunStarted(key, place, id, null, null, "openhands", null, metadata));
    }

    private static void end(
            String key, Place place, JsonNode value, @Nullable Instant latest, ObjectNode rest, Events events) {
        // An evaluation tells its verdict beside the history, or in the result of the tests.
        JsonNode verdict = Outcomes.status(value) == null
                ? value.path("test_result").path("result").isObject()
                        ? value.path("test_result").path("result")
                        : value.path("test_result").isObject() ? value.path("test_result") : value.path("report")
                : value;
        Outcomes.scores(key, place, verdict, "test_result", events);
        String error = Fields.text(value, "error");
        TaskStatus status = Outcomes.status(verdict);
        events.accept(new RunEnded(
                key,
                place,
                null,
                status == null && error != null ? TaskStatus.FAILED : status,
                error == null ? Outcomes.error(verdict) : error,
                latest,
                null,
                rest));
    }
}
