package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Event.Warned;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's Responses API: a list of items, as an array or one a line, a list in each line, or requests
 * and responses as objects with {@code input} and {@code output}.
 */
final class ResponsesForm implements Form {

    private static final String ITEMS = "items";
    private static final List<String> LISTS = List.of("items", "input", "output", "data");
    private static final int LOOKED_AT = 5;

    @Override
    public String name() {
        return "openai-responses";
    }

    @Override
    public boolean recognizes(First first) {
        if (first.framing() == Framing.SQLITE) {
            return false;
        }
        JsonNode value = first.value();
        if (value.isArray()) {
            return holdsItems(value);
        }
        return first.objects().limit(5).anyMatch(ResponsesItems::isItem)
                || first.objects().anyMatch(ResponsesForm::isRecord);
    }

    /** Whether a record holds a request, a response, or both. */
    private static boolean isRecord(JsonNode value) {
        return isExchange(value)
                || isExchange(body(value))
                || value.path("url").asText().endsWith("/v1/responses");
    }

    /** Whether a record of a batch's results holds no response. */
    private static boolean isFailed(JsonNode value) {
        return value.has("custom_id") && (value.has("response") || value.has("error"));
    }

    private static boolean isExchange(JsonNode value) {
        return value.path("object").asText().equals("response")
                || LISTS.stream().anyMatch(list -> holdsItems(value.path(list)));
    }

    private static boolean holdsItems(JsonNode list) {
        for (int i = 0; i < Math.min(list.size(), LOOKED_AT); i++) {
            if (ResponsesItems.isItem(list.path(i))) {
                return true;
            }
        }
        return false;
    }

    /** The request or response inside a line of a batch file. */
    private static JsonNode body(JsonNode value) {
        JsonNode response = value.path("response").path("body");
        return response.isObject() ? response : value.path("body");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Run items = new Run(ITEMS, events);
        int array = 0;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            if (item.value().isArray()) {
                list("list-" + place.record(), item, events);
            } else if (isRecord(item.value()) || isFailed(item.value())) {
                exchange("record-" + place.record(), item, events);
            } else {
                if (item.array() != array) {
                    items.end(place, null, null, null, null, Fields.object());
                    items = new Run(ITEMS + (item.array() == 0 ? "" : "-" + item.array()), events);
                    array = item.array();
                }
                items.item(place, item.value());
            }
        }
        items.end(place, null, null, null, null, Fields.object());
    }

    private static void list(String key, Records.Item record, Events events) {
        Run run = new Run(key, events);
        for (JsonNode item : record.value()) {
            run.item(record.place(), item);
        }
        run.end(record.place(), null, null, null, null, Fields.object());
    }

    private static void exchange(String key, Records.Item record, Events events) {
        JsonNode value = record.value();
        boolean whole = isExchange(value);
        JsonNode exchange = whole ? value : body(value);
        Run run = new Run(key, events);
        ObjectNode metadata = Fields.rest(exchange, "items", "input", "output", "data", "instructions", "usage");
        if (!whole) {
            Rest.note(metadata, "batch", Fields.rest(value, "body", "response"));
            if (value.path("response").isObject()) {
                metadata.withObjectProperty("batch").set("response", Fields.rest(value.path("response"), "body"));
            }
        }
        Instant created = Fields.time(exchange, "created_at");
        run.start(record.place(), Fields.text(exchange, "id", "session_id"), created, metadata);
        run.text(record.place(), Role.SYSTEM, exchange.path("instructions"));
        run.text(record.place(), Role.USER, exchange.path("input"));
        LISTS.forEach(list -> run.items(record.place(), exchange.path(list)));
        run.called(record.place(), exchange, created);
        JsonNode error = exchange.path("error").isObject() ? exchange.path("error") : value.path("error");
        boolean failed = error.isObject() || exchange.path("status").asText().equals("failed");
        run.end(
                record.place(),
                failed ? TaskStatus.FAILED : null,
                failed ? Fields.text(error, "message", "code") : null,
                Fields.time(exchange, "completed_at"),
                null,
                Fields.object());
    }

    /** A run of items, which starts with its first one. */
    static final class Run {
        private final String key;
        private final Events events;
        private boolean started;
        private boolean ended;

        Run(String key, Events events) {
            this.key = key;
            this.events = events;
        }

        void start(Place place, @Nullable String externalId, @Nullable Instant startedAt, ObjectNode metadata) {
            if (!started) {
                started = true;
                events.accept(new RunStarted(key, place, externalId, null, null, null, startedAt, metadata));
            }
        }

        void item(Place place, JsonNode item) {
            start(place, null, null, Fields.object());
            MessageRead message = ResponsesItems.read(key, place, item, Fields.time(item, "created_at"));
            if (!ResponsesItems.isKnown(item)) {
                events.accept(new Warned(key, place, "type", "is of no known type; the item is kept as it is"));
            }
            events.accept(message);
        }

        void items(Place place, JsonNode list) {
            if (list.isArray()) {
                for (JsonNode item : list) {
                    item(place, item);
                }
            }
        }

        private void text(Place place, Role role, JsonNode text) {
            if (text.isTextual()) {
                Part part = new Part.Text(text.textValue());
                events.accept(MessageRead.builder(key, place, role).add(part).build());
            } else if (role == Role.SYSTEM) {
                items(place, text);
            }
        }

        private void called(Place place, JsonNode response, @Nullable Instant created) {
            JsonNode usage = response.path("usage");
            Usage tokens = new Usage(
                    Fields.count(usage, "input_tokens"),
                    Fields.count(usage, "output_tokens"),
                    Fields.count(usage.path("input_tokens_details"), "cached_tokens"),
                    null,
                    Fields.count(usage.path("output_tokens_details"), "reasoning_tokens"));
            if (!tokens.isEmpty()) {
                events.accept(new ModelCalled(
                        key,
                        place,
                        null,
                        Fields.text(response, "id"),
                        Fields.text(response, "model"),
                        "openai",
                        tokens,
                        null,
                        null,
                        created,
                        Fields.time(response, "completed_at"),
                        Fields.text(response, "status")));
            }
        }

        void end(
                Place place,
                @Nullable TaskStatus status,
                @Nullable String error,
                @Nullable Instant completedAt,
                @Nullable String head,
                ObjectNode rest) {
            if (started && !ended) {
                ended = true;
                events.accept(new RunEnded(key, place, null, status, error, completedAt, head, rest));
            }
        }
    }
}
