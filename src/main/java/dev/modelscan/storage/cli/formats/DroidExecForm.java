package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What {@code droid exec --output-format stream-json} prints: a line for each message, call and answer of a session. */
final class DroidExecForm implements Form {

    @Override
    public String name() {
        return "droid-exec";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() == Framing.LINES && first.objects().anyMatch(DroidExecForm::isLine);
    }

    private static boolean isLine(JsonNode line) {
        boolean known =
                switch (line.path("type").asText()) {
                    case "message" ->
                        line.path("role").isTextual() && line.path("text").isTextual();
                    case "tool_call" -> line.has("toolName") && line.has("parameters");
                    case "completion" -> line.has("finalText");
                    default -> false;
                };
        return known && session(line) != null;
    }

    private static @Nullable String session(JsonNode line) {
        return Fields.text(line, "session_id", "sessionId");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Map<String, Session> sessions = new LinkedHashMap<>();
        Session latest = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            String id = session(item.value());
            if (id != null || latest == null) {
                String key = id == null ? "session" : id;
                latest = sessions.get(key);
                if (latest == null) {
                    latest = new Session(key, events);
                    latest.start(place, id, item.value());
                    sessions.put(key, latest);
                }
            }
            latest.line(place, item.value());
        }
        for (Session session : sessions.values()) {
            session.end(place);
        }
    }

    private static final class Session {
        private final Events events;
        private final LineRun run;
        private @Nullable String model;
        private @Nullable String said;
        private @Nullable String error;

        Session(String key, Events events) {
            this.events = events;
            this.run = new LineRun(key, events);
        }

        void start(Place at, @Nullable String id, JsonNode line) {
            model = Fields.text(line, "model");
            Instant time = Fields.time(line, "timestamp");
            events.accept(new RunStarted(run.key(), at, id, null, null, "droid", time, Fields.object()));
        }

        void line(Place at, JsonNode line) {
            switch (line.path("type").asText()) {
                case "message" -> message(at, line);
                case "tool_call" -> {
                    JsonNode input = Fields.json(line.path("parameters"));
                    Part call = new Part.Call(call(line), Fields.text(line, "toolName"), input, time(line), null, line);
                    tell(at, Role.ASSISTANT, call, line, Fields.object());
                }
                case "tool_result" -> {
                    ObjectNode rest = rest(line, "toolCallId", "value");
                    tell(at, Role.TOOL, answer(line), line, rest);
                }
                case "completion" -> completion(at, line);
                case "error" -> {
                    error = Objects.requireNonNullElse(Fields.text(line, "message"), "error");
                    run.between(line);
                }
                case "system" -> {
                    model = line.has("model") ? Fields.text(line, "model") : model;
                    run.between(line);
                }
                default -> run.unknown(at, line);
            }
        }

        private void message(Place at, JsonNode line) {
            Role role =
                    switch (line.path("role").asText()) {
                        case "user" -> Role.USER;
                        case "assistant" -> Role.ASSISTANT;
                        case "system" -> Role.SYSTEM;
                        default -> Role.OTHER;
                    };
            String text = line.path("text").asText();
            said = role == Role.ASSISTANT ? text : said;
            ObjectNode rest = rest(line, "text", "role");
            if (role == Role.OTHER && line.has("role")) {
                rest.set("role", line.path("role"));
            }
            tell(at, role, new Part.Text(text), line, rest);
        }

        /** An answer has the id of its call, in one of two members. */
        private static @Nullable String call(JsonNode line) {
            return Fields.text(line, "toolCallId", "id");
        }

        private static Part answer(JsonNode line) {
            JsonNode output = line.path("value");
            Flag flag = Flag.of(line, output);
            JsonNode exit = output.path("exitCode");
            if (flag.outcome() == Outcome.UNKNOWN && exit.isNumber()) {
                flag = new Flag(exit.asInt() == 0 ? Outcome.SUCCESS : Outcome.FAILED, "exitCode");
            }
            String tool = Objects.requireNonNullElse(Fields.text(line, "toolName", "toolId"), "");
            return flag.answer(String.valueOf(call(line)), tool, output);
        }

        /** The end of a turn, which repeats what was said last. */
        private void completion(Place at, JsonNode line) {
            String text = Fields.text(line, "finalText");
            if (text != null && !text.equals(said)) {
                tell(at, Role.ASSISTANT, new Part.Text(text), line, rest(line, "finalText", "usage"));
            } else {
                run.between(line);
            }
            said = null;
            Usage usage = Usages.of(line.path("usage"));
            if (!usage.isEmpty()) {
                events.accept(new ModelCalled(
                        run.key(), at, null, null, model, null, usage, null, null, null, time(line), null));
            }
        }

        private static ObjectNode rest(JsonNode line, String known, String more) {
            ObjectNode rest = Fields.rest(line, "session_id", "sessionId", "timestamp", known, more);
            Rest.time(rest, line, "timestamp", time(line));
            return rest;
        }

        private static @Nullable Instant time(JsonNode line) {
            return Fields.time(line, "timestamp");
        }

        private void tell(Place at, Role role, Part part, JsonNode line, ObjectNode rest) {
            String id = part instanceof Part.Text ? Fields.text(line, "id") : null;
            run.message(MessageRead.builder(run.key(), at, role).externalId(id).add(part), time(line), rest);
        }

        void end(Place at) {
            run.end(at, error == null ? null : TaskStatus.FAILED, error, null);
        }
    }
}
