package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Refused;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A task of Cline, Roo Code or Kilo Code, put together from the files of its folder: Anthropic's messages, and what was shown
 * beside them. Of that, each request to the model has a time, tokens and cost, in the order of the model's messages.
 */
final class ClineForm implements Form {

    @Override
    public String name() {
        return "cline";
    }

    @Override
    public boolean recognizes(First first) {
        return first.has("cline_task");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode task = item.value();
            if (task.path("messages").isArray()) {
                new Task(item.place(), task, events).read();
            } else {
                events.accept(new Refused(item.place(), "holds no list of messages"));
            }
        }
    }

    /**
     * A request to the model.
     *
     * @param index the position of the last message before it; null if the program did not keep it
     * @param answered when something of the answer was shown first
     */
    private record Request(
            @Nullable Instant at,
            @Nullable Long index,
            @Nullable Instant answered,
            JsonNode said,
            JsonNode model) {

        /** Whether the model's message at a position answers it. */
        boolean isAnsweredAt(int position) {
            return index == null || index + 2 <= position;
        }

        /** Whether the message at a position was sent with it. */
        boolean sends(int position) {
            return index == null || index + 1 == position;
        }
    }

    private static final class Task {
        private final Place place;
        private final JsonNode task;
        private final String run;
        private final Events events;
        private final Deque<Request> requests = new ArrayDeque<>();
        private @Nullable String title;
        private @Nullable Instant started;
        private @Nullable Instant latest;

        Task(Place place, JsonNode task, Events events) {
            this.place = place;
            this.task = task;
            this.run = task.path("cline_task").asText();
            this.events = events;
        }

        void read() {
            shown();
            ObjectNode metadata = Fields.object().set("task_metadata", task.path("task_metadata"));
            events.accept(new RunStarted(run, place, run, null, title, "cline", started, metadata));
            ChatMessages messages = new ChatMessages(run, events);
            int position = 0;
            for (JsonNode message : task.path("messages")) {
                message(messages, message, position++);
            }
            requests.forEach(this::called);
            events.accept(new RunEnded(run, place, null, null, null, latest, null, Fields.object()));
        }

        /** What was shown tells of the requests, and of the task. */
        private void shown() {
            Request open = null;
            for (JsonNode shown : task.path("ui_messages")) {
                Instant time = Fields.time(shown, "ts");
                started = started == null ? time : started;
                latest = time == null ? latest : time;
                String said = shown.path("say").asText();
                if (said.equals("task") && title == null) {
                    title = shown.path("text").asText().lines().findFirst().orElse(null);
                } else if (said.equals("api_req_started")) {
                    add(open);
                    Long index = Fields.count(shown, "conversationHistoryIndex");
                    JsonNode text = Fields.structure(shown.path("text"));
                    open = new Request(time, index, null, text, shown.path("modelInfo"));
                } else if (open != null && open.answered() == null && !said.startsWith("checkpoint")) {
                    open = new Request(open.at(), open.index(), time, open.said(), open.model());
                }
            }
            add(open);
        }

        private void add(@Nullable Request request) {
            // One without tokens is under way, and says when its message was sent.
            if (request != null) {
                requests.add(request);
            }
        }

        private void message(ChatMessages messages, JsonNode message, int position) {
            boolean answers = message.path("role").asText().equals("assistant");
            Request next = requests.peek();
            Instant time = null;
            if (next != null && (answers ? next.isAnsweredAt(position) : next.sends(position))) {
                time = answers ? next.answered() : next.at();
            }
            JsonNode timed = message;
            if (time != null && message.isObject() && !message.has("ts")) {
                timed = Fields.rest(message).put("ts", time.toEpochMilli());
            }
            messages.read(place, timed, "messages[" + position + "]");
            while (answers && next != null && next.isAnsweredAt(position)) {
                requests.remove();
                if (!message.has("metrics") && !usage(next).isEmpty()) {
                    called(next);
                }
                next = next.index() == null ? null : requests.peek();
            }
        }

        private static Usage usage(Request request) {
            return new Usage(
                    Fields.count(request.said(), "tokensIn"),
                    Fields.count(request.said(), "tokensOut"),
                    Fields.count(request.said(), "cacheReads"),
                    Fields.count(request.said(), "cacheWrites"),
                    null);
        }

        private void called(Request request) {
            BigDecimal cost = Fields.number(request.said(), "cost");
            boolean costs = cost != null && cost.signum() > 0;
            JsonNode model = model(request);
            events.accept(new ModelCalled(
                    run,
                    place,
                    null,
                    null,
                    Fields.text(model, "modelId", "model_id"),
                    Fields.text(model, "providerId", "model_provider_id"),
                    usage(request),
                    costs ? cost : null,
                    costs ? "USD" : null,
                    request.at(),
                    null,
                    Fields.text(request.said(), "cancelReason")));
        }

        /** The model that the request names, else the last one that the task changed to before it. */
        private JsonNode model(Request request) {
            JsonNode latestModel = request.model();
            if (!latestModel.isObject()) {
                for (JsonNode change : task.path("task_metadata").path("model_usage")) {
                    Instant time = Fields.time(change, "ts");
                    Instant at = request.at();
                    boolean before = time == null || at == null || !time.isAfter(at);
                    latestModel = before || !latestModel.isObject() ? change : latestModel;
                }
            }
            return latestModel;
        }
    }
}
