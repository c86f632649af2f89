package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Transcripts of Antigravity's agent: a line for each step. The model's steps call tools without ids, and each tool's step is
 * the answer of the oldest call that is open, or a call of its own.
 */
final class AntigravityForm implements Form {

    private static final String RUN = "session";
    private static final String PLANNER = "PLANNER_RESPONSE";
    private static final String USER = "USER_INPUT";

    @Override
    public String name() {
        return "antigravity";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() == Framing.LINES && first.objects().limit(5).anyMatch(AntigravityForm::isStep);
    }

    private static boolean isStep(JsonNode line) {
        return line.has("step_index")
                && line.path("source").isTextual()
                && line.path("type").isTextual()
                && line.has("status");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Steps steps = new Steps(events);
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            steps.line(place, item.value(), LineRun.idIn(records.name()));
        }
        steps.end(place);
    }

    private static final class Steps {
        private final Events events;
        private final LineRun run;
        private boolean started;
        /** The names of the calls without an answer, the oldest first. */
        private final List<String> open = new ArrayList<>();

        Steps(Events events) {
            this.events = events;
            this.run = new LineRun(RUN, events);
        }

        void line(Place at, JsonNode line, @Nullable String id) {
            if (!started) {
                started = true;
                Instant time = Fields.time(line, "created_at");
                events.accept(new RunStarted(RUN, at, id, null, null, "antigravity", time, Fields.object()));
            }
            if (isStep(line)) {
                step(at, line);
            } else {
                run.unknown(at, line);
            }
        }

        void end(Place at) {
            if (started) {
                run.end(at);
            }
        }

        private void step(Place at, JsonNode line) {
            boolean planner = line.path("type").asText().equals(PLANNER);
            Role role = role(line);
            if (!line.path("content").isTextual() && !planner && role != Role.TOOL) {
                run.between(line);
                return;
            }
            Instant time = Fields.time(line, "created_at");
            ObjectNode rest = Fields.rest(line, "content", "created_at");
            Rest.time(rest, line, "created_at", time);
            boolean alone = role == Role.TOOL && open.isEmpty();
            MessageRead.Builder message = MessageRead.builder(RUN, at, alone ? Role.ASSISTANT : role);
            if (planner) {
                planned(message, line, rest, time);
                line.path("tool_calls")
                        .forEach(call -> open.add(call.path("name").asText()));
            } else if (role == Role.TOOL) {
                String type = line.path("type").asText().toLowerCase(Locale.ROOT);
                // If a call of that name is open, an older one that was cancelled does not get its answer.
                String tool = alone || open.remove(type) ? type : null;
                if (alone) {
                    message.add(new Part.Call(null, tool, null, time, null, Fields.object()));
                } else if (tool == null) {
                    open.remove(0);
                }
                message.add(answer(line, tool));
            } else {
                message.add(new Part.Text(line.path("content").textValue()));
            }
            run.message(message, time, rest);
        }
    }

    private static Role role(JsonNode line) {
        if (line.path("type").asText().equals(USER)) {
            return Role.USER;
        }
        return switch (line.path("source").asText()) {
            case "MODEL" -> line.path("type").asText().equals(PLANNER) ? Role.ASSISTANT : Role.TOOL;
            case "SYSTEM" -> Role.SYSTEM;
            default -> Role.OTHER;
        };
    }

    /** Adds what the model said. */
    private static void planned(MessageRead.Builder message, JsonNode line, ObjectNode rest, @Nullable Instant time) {
        String thought = Fields.text(line, "thinking");
        if (thought != null) {
            message.add(new Part.Reasoning(Fields.object().put("thinking", thought)));
            rest.remove("thinking");
        }
        String content = Fields.text(line, "content");
        if (content != null) {
            message.add(new Part.Text(content));
        }
        for (JsonNode call : line.path("tool_calls")) {
            message.add(new Part.Call(null, Fields.text(call, "name"), arguments(call.path("args")), time, null, call));
        }
        rest.remove("tool_calls");
    }

    /** Each argument is JSON as text. */
    private static JsonNode arguments(JsonNode args) {
        ObjectNode arguments = Fields.object();
        for (Map.Entry<String, JsonNode> each : args.properties()) {
            JsonNode value = Fields.json(each.getValue());
            arguments.set(each.getKey(), value == null ? each.getValue() : value);
        }
        return arguments;
    }

    private static Part answer(JsonNode line, @Nullable String tool) {
        JsonNode output = line.path("content");
        boolean failed = line.path("status").asText().equals("ERROR");
        return new Part.Answer(
                null,
                tool,
                output.isMissingNode() ? null : output,
                failed ? Outcome.FAILED : Outcome.UNKNOWN,
                failed ? "status" : null);
    }
}
