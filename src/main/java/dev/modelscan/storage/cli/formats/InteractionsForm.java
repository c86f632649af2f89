package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Interactions of the Gemini API: steps, each with a type. An interaction that names the one before it goes on with its run,
 * if that is in the same file.
 */
final class InteractionsForm implements Form {

    private static final Set<String> STEPS = Set.of("user_input", "model_output", "function_result", "thought");

    @Override
    public String name() {
        return "gemini-interactions";
    }

    @Override
    public boolean recognizes(First first) {
        return first.objects().limit(3).anyMatch(InteractionsForm::isInteraction);
    }

    private static boolean isInteraction(JsonNode value) {
        JsonNode response = response(value);
        JsonNode steps = response.path("steps");
        return response.path("object").asText().equals("interaction")
                || (response.has("previous_interaction_id") && (steps.isArray() || value.has("input")))
                || (response.has("id")
                        && response.has("status")
                        && STEPS.contains(steps.path(0).path("type").asText()));
    }

    /** A record is an interaction, a request, or both of them. */
    private static JsonNode response(JsonNode value) {
        return value.path("response").isObject() ? value.path("response") : value;
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Map<String, String> runOf = new HashMap<>();
        Map<String, Turn> latest = new LinkedHashMap<>();
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode value = item.value();
            if (!isInteraction(value)) {
                events.accept(new Event.Refused(item.place(), "is not an interaction"));
                continue;
            }
            JsonNode response = response(value);
            JsonNode request = value.path("request").isObject() ? value.path("request") : value;
            String before = Fields.text(request, "previous_interaction_id");
            before = before == null ? Fields.text(response, "previous_interaction_id") : before;
            String id = Fields.text(response, "id");
            String known = before == null ? null : runOf.get(before);
            String run = known == null ? "interaction " + item.place().record() : known;
            if (id != null) {
                runOf.put(id, run);
            }
            ObjectNode beyond = beyond(value, request, response);
            if (known == null) {
                String agent = Fields.text(response, "agent");
                Instant created = Fields.time(response, "created");
                events.accept(new RunStarted(run, item.place(), id, null, null, agent, created, beyond));
                beyond = Fields.object();
            }
            Turn turn = new Turn(run, item.place(), events);
            turn.read(request, response, beyond);
            latest.put(run, turn);
        }
        latest.values().forEach(Turn::end);
    }

    private static ObjectNode beyond(JsonNode value, JsonNode request, JsonNode response) {
        ObjectNode beyond = Fields.rest(value, "request", "response", "input", "steps", "outputs", "id");
        if (!request.equals(value)) {
            beyond.set("request", Fields.rest(request, "input"));
        }
        if (!response.equals(value)) {
            beyond.set("response", Fields.rest(response, "steps", "outputs", "id"));
        }
        return beyond;
    }

    /** An interaction that is read. */
    private static final class Turn {
        private final String run;
        private final Place place;
        private final Events events;
        private ObjectNode beyond = Fields.object();
        private JsonNode response = Fields.object();

        Turn(String run, Place place, Events events) {
            this.run = run;
            this.place = place;
            this.events = events;
        }

        void read(JsonNode request, JsonNode answer, ObjectNode rest) {
            response = answer;
            beyond = rest;
            JsonNode system = request.path("system_instruction");
            if (system.isTextual()) {
                tell(
                        MessageRead.builder(run, place, Role.SYSTEM).add(new Part.Text(system.textValue())),
                        Fields.object());
            }
            JsonNode steps = response.path("steps");
            boolean repeated = steps.path(0).path("type").asText().equals("user_input");
            if (!repeated) {
                input(request.path("input"));
            }
            for (JsonNode step : steps.isArray() ? steps : response.path("outputs")) {
                step(step, Role.ASSISTANT);
            }
            called();
        }

        private void input(JsonNode input) {
            if (input.isTextual()) {
                tell(MessageRead.builder(run, place, Role.USER).add(new Part.Text(input.textValue())), Fields.object());
            } else if (input.isObject()) {
                step(input, Role.USER);
            } else {
                input.forEach(step -> step(step, Role.USER));
            }
        }

        private void step(JsonNode step, Role otherwise) {
            String type = step.path("type").asText();
            String role = Fields.text(step, "role");
            ObjectNode rest = Fields.object();
            if (type.equals("user_input") || "user".equals(role)) {
                contents(MessageRead.builder(run, place, Role.USER), step, rest);
            } else if (type.equals("model_output") || "model".equals(role)) {
                contents(MessageRead.builder(run, place, Role.ASSISTANT), step, rest);
            } else if (type.endsWith("_call")) {
                String tool = type.equals("function_call")
                        ? Fields.text(step, "name")
                        : type.substring(0, type.length() - "_call".length());
                JsonNode input = Fields.json(step.path("arguments"));
                tell(
                        MessageRead.builder(run, place, Role.ASSISTANT)
                                .add(new Part.Call(Fields.text(step, "id"), tool, input, null, null, step)),
                        rest);
            } else if (type.endsWith("_result")) {
                JsonNode output = step.path("result");
                rest = Fields.rest(step, "call_id", "result");
                String tool = step.path("name").asText();
                Part answer = Flag.of(step, output).answer(step.path("call_id").asText(), tool, output);
                tell(MessageRead.builder(run, place, Role.TOOL).add(answer), rest);
            } else if (type.equals("thought")) {
                tell(MessageRead.builder(run, place, Role.ASSISTANT).add(new Part.Reasoning(step)), rest);
            } else {
                // The first version had the parts themselves in place of steps.
                tell(MessageRead.builder(run, place, otherwise).add(part(step, 0, rest)), rest);
            }
        }

        private void contents(MessageRead.Builder message, JsonNode step, ObjectNode rest) {
            JsonNode content = step.path("content");
            rest.setAll(Fields.rest(step, "content"));
            if (content.isTextual()) {
                message.add(new Part.Text(content.textValue()));
            }
            int position = 0;
            for (JsonNode part : content) {
                message.add(part(part, position++, rest));
            }
            tell(message, rest);
        }

        private static Part part(JsonNode part, int position, ObjectNode rest) {
            Part read = ContentParts.of1(part);
            if (read instanceof Part.Text) {
                Rest.part(rest, position, Fields.rest(part, "type", "text"));
            }
            return read;
        }

        private void tell(MessageRead.Builder message, ObjectNode rest) {
            if (!beyond.isEmpty()) {
                Rest.note(rest, "interaction", beyond);
                beyond = Fields.object();
            }
            events.accept(message.rest(rest).build());
        }

        private void called() {
            JsonNode usage = response.path("usage");
            Usage tokens = new Usage(
                    Fields.count(usage, "total_input_tokens"),
                    Fields.count(usage, "total_output_tokens"),
                    Fields.count(usage, "total_cached_tokens"),
                    null,
                    Fields.count(usage, "total_thought_tokens", "total_reasoning_tokens"));
            if (!tokens.isEmpty()) {
                events.accept(new ModelCalled(
                        run,
                        place,
                        null,
                        Fields.text(response, "id"),
                        Fields.text(response, "model", "agent"),
                        "google",
                        tokens,
                        null,
                        null,
                        Fields.time(response, "created"),
                        Fields.time(response, "updated"),
                        Fields.text(response, "status")));
            }
        }

        void end() {
            boolean failed = response.path("status").asText().equals("failed");
            @Nullable String why = Fields.text(response.path("error"), "message");
            events.accept(new RunEnded(
                    run,
                    place,
                    null,
                    failed ? TaskStatus.FAILED : null,
                    failed ? Objects.requireNonNullElse(why, "status is failed") : null,
                    Fields.time(response, "updated"),
                    null,
                    Fields.object()));
        }
    }
}
