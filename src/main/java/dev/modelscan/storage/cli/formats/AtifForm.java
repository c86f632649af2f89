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
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Agent Trajectory Interchange Format, versions 1.0 to 1.8. A step is a message, and so is each result of
 * its observation. Trajectories of sub-agents inside a trajectory are runs of their own.
 */
final class AtifForm implements Form {

    static final String SCHEMA_VERSION = "schema_version";

    /** What a step has beyond the message, and where it stands in the rest of an observation's message. */
    static final String OBSERVATION = "observation";

    private static final String PREFIX = "ATIF-";
    private static final Set<String> STEP =
            Set.of("step_id", "source", "message", "reasoning_content", "tool_calls", OBSERVATION, "timestamp");
    private static final Set<String> RESULT = Set.of("source_call_id", "content", "timestamp");

    /** What is noted in a message's rest. */
    private static final Set<String> NOTES =
            Set.of("message_is_array", "content_is_array", "answers_without_id", "time_is_of_step");

    @Override
    public String name() {
        return "atif";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects()
                        .limit(3)
                        .anyMatch(value -> value.path("steps").isArray()
                                && (value.path(SCHEMA_VERSION).asText().startsWith(PREFIX)
                                        || (value.path("agent").isObject()
                                                && value.path("steps").path(0).has("source"))));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode value = item.value();
            if (!value.path("steps").isArray()) {
                events.accept(new Event.Refused(item.place(), "has no steps"));
            } else {
                new Trajectory("trajectory-" + item.place().record(), item.place(), events).read(value, null);
            }
        }
    }

    private static final class Trajectory {
        private final String run;
        private final Place place;
        private final Events events;
        private @Nullable String model;
        private @Nullable Instant latest;
        private boolean told;

        Trajectory(String run, Place place, Events events) {
            this.run = run;
            this.place = place;
            this.events = events;
        }

        void read(JsonNode value, @Nullable String parent) {
            JsonNode agent = value.path("agent");
            model = Fields.text(agent, "model_name");
            ObjectNode metadata = Fields.rest(value, "steps", "subagent_trajectories");
            String id = Fields.text(value, "trajectory_id", "session_id");
            String agentName = Fields.text(agent, "name");
            events.accept(new RunStarted(run, place, id, parent, null, agentName, null, metadata));
            int number = 0;
            for (JsonNode step : value.path("steps")) {
                step(step, ++number);
            }
            int child = 0;
            for (JsonNode trajectory : value.path("subagent_trajectories")) {
                new Trajectory(run + "/" + ++child, place, events).read(trajectory, run);
            }
            totals(value.path("final_metrics"));
            events.accept(new RunEnded(run, place, null, null, null, latest, null, Fields.object()));
        }

        private void step(JsonNode step, int number) {
            if (!step.isObject()) {
                events.accept(
                        new Warned(run, place, "steps[" + (number - 1) + "]", "is not an object; it is kept as it is"));
                events.accept(MessageRead.builder(run, place, Role.OTHER)
                        .add(new Part.Other(step))
                        .build());
                return;
            }
            Instant time = Fields.time(step, "timestamp");
            latest = time == null ? latest : time;
            String id = Fields.text(step, "step_id");
            ObjectNode rest = Rest.words(step, STEP, NOTES);
            Rest.time(rest, step, "timestamp", time);
            if (step.has("step_id") && !step.path("step_id").isIntegralNumber()) {
                rest.set("step_id", step.path("step_id"));
            }
            MessageRead.Builder message = MessageRead.builder(run, place, role(step, number, rest));
            message.externalId(id).createdAt(time);
            reasoning(message, step, rest);
            content(message, step.path("message"), "message", rest);
            calls(message, step, time, rest);
            observation(step, rest);
            events.accept(message.rest(rest).build());
            results(step, id, time);
            called(step, id, time);
        }

        private Role role(JsonNode step, int number, ObjectNode rest) {
            switch (step.path("source").asText()) {
                case "agent" -> {
                    return Role.ASSISTANT;
                }
                case "user" -> {
                    return Role.USER;
                }
                case "system" -> {
                    return Role.SYSTEM;
                }
                default -> {
                    events.accept(new Warned(
                            run,
                            place,
                            "steps[" + (number - 1) + "].source",
                            "is not system, user or agent; it is kept"));
                    if (step.has("source")) {
                        rest.set("source", step.path("source"));
                    }
                    return Role.OTHER;
                }
            }
        }

        private static void reasoning(MessageRead.Builder message, JsonNode step, ObjectNode rest) {
            JsonNode reasoning = step.path("reasoning_content");
            if (reasoning.isTextual()) {
                message.add(new Part.Reasoning(reasoning));
            } else if (!reasoning.isMissingNode()) {
                rest.set("reasoning_content", reasoning);
            }
        }

        /** Text, or since version 1.6 parts of text and images. */
        private static void content(MessageRead.Builder message, JsonNode content, String member, ObjectNode rest) {
            if (content.isTextual()) {
                message.add(new Part.Text(content.textValue()));
            } else if (content.isArray()) {
                rest.put(member + "_is_array", true);
                for (JsonNode part : content) {
                    message.add(part(part));
                }
            } else if (!content.isMissingNode()) {
                rest.set(member, content);
            }
        }

        private static Part part(JsonNode part) {
            if (part.path("type").asText().equals("text") && part.path("text").isTextual() && part.size() == 2) {
                return new Part.Text(part.path("text").textValue());
            }
            if (part.path("type").asText().equals("image")) {
                return new Part.Media("image", Fields.text(part.path("source"), "media_type"), part);
            }
            return new Part.Other(part);
        }

        private static void calls(MessageRead.Builder message, JsonNode step, @Nullable Instant time, ObjectNode rest) {
            JsonNode calls = step.path("tool_calls");
            if (!calls.isArray() || calls.isEmpty()) {
                if (!calls.isMissingNode()) {
                    rest.set("tool_calls", calls);
                }
                return;
            }
            for (JsonNode call : calls) {
                message.add(new Part.Call(
                        Fields.text(call, "tool_call_id"),
                        Fields.text(call, "function_name"),
                        Fields.json(call.path("arguments")),
                        time,
                        null,
                        call));
            }
        }

        /** The results are messages; what is left of the observation stays with the step. */
        private static void observation(JsonNode step, ObjectNode rest) {
            JsonNode observation = step.path(OBSERVATION);
            boolean results = observation.path("results").isArray()
                    && !observation.path("results").isEmpty();
            if (observation.isMissingNode()) {
                return;
            }
            JsonNode beyond = results ? Fields.rest(observation, "results") : observation;
            if (!results || !beyond.isEmpty()) {
                rest.set(OBSERVATION, beyond);
            }
        }

        private void results(JsonNode step, @Nullable String id, @Nullable Instant stepTime) {
            JsonNode results = step.path(OBSERVATION).path("results");
            JsonNode calls = step.path("tool_calls");
            int number = 0;
            for (JsonNode result : results) {
                number++;
                Instant time = Fields.time(result, "timestamp");
                ObjectNode rest = Rest.words(result, RESULT, NOTES);
                Rest.time(rest, result, "timestamp", time);
                MessageRead.Builder message = MessageRead.builder(run, place, Role.TOOL)
                        .externalId(id == null ? null : id + "/" + number)
                        .createdAt(time == null ? stepTime : time);
                String call = Fields.text(result, "source_call_id");
                if (result.has("source_call_id") && call == null) {
                    rest.set("source_call_id", result.path("source_call_id"));
                }
                // Without an id, a single result answers a single call; else it answers all of them or none.
                boolean single = call == null && results.size() == 1 && calls.size() == 1;
                if (call != null || single) {
                    JsonNode output = result.has("content") ? result.path("content") : null;
                    if (single) {
                        rest.put("answers_without_id", true);
                    }
                    String answered = single ? Fields.text(calls.path(0), "tool_call_id") : call;
                    message.add(answer(answered, output, result).started(child(result)));
                } else {
                    content(message, result.path("content"), "content", rest);
                }
                if (time == null && stepTime != null) {
                    rest.put("time_is_of_step", true);
                }
                events.accept(message.rest(rest).build());
            }
        }

        /** The trajectory that the tool started; of several, the first. */
        private static @Nullable String child(JsonNode result) {
            JsonNode ref = result.path("subagent_trajectory_ref");
            return Fields.text(ref.isArray() ? ref.path(0) : ref, "trajectory_id", "session_id");
        }

        private static Part.Answer answer(@Nullable String call, @Nullable JsonNode output, JsonNode result) {
            JsonNode extra = result.path("extra");
            BigDecimal exit = Fields.number(extra, "exit_code", "returncode");
            if (exit != null) {
                return new Part.Answer(
                        call, null, output, exit.signum() == 0 ? Outcome.SUCCESS : Outcome.FAILED, "extra.exit_code");
            }
            Flag flag = Flag.beside(extra);
            return flag.outcome() == Outcome.UNKNOWN
                    ? new Part.Answer(call, null, output, Outcome.UNKNOWN, null)
                    : new Part.Answer(call, null, output, flag.outcome(), "extra." + flag.name());
        }

        /** The totals count if no step says what it used. */
        private void totals(JsonNode metrics) {
            Usage usage = new Usage(
                    Fields.count(metrics, "total_prompt_tokens"),
                    Fields.count(metrics, "total_completion_tokens"),
                    Fields.count(metrics, "total_cached_tokens"),
                    null,
                    null);
            BigDecimal spent = Fields.number(metrics, "total_cost_usd");
            if (!told && (!usage.isEmpty() || spent != null)) {
                String currency = spent == null ? null : "USD";
                events.accept(new ModelCalled(
                        run, place, null, null, model, null, usage, spent, currency, null, latest, null));
            }
        }

        private void called(JsonNode step, @Nullable String id, @Nullable Instant time) {
            JsonNode metrics = step.path("metrics");
            Usage usage = new Usage(
                    Fields.count(metrics, "prompt_tokens"),
                    Fields.count(metrics, "completion_tokens"),
                    Fields.count(metrics, "cached_tokens"),
                    Fields.count(metrics.path("extra"), "cache_write_tokens"),
                    Fields.count(metrics.path("extra"), "reasoning_tokens"));
            BigDecimal spent = Fields.number(metrics, "cost_usd");
            if ((usage.isEmpty() && spent == null)
                    || step.path("is_copied_context").asBoolean()) {
                return;
            }
            told = true;
            String ofStep = Fields.text(step, "model_name");
            events.accept(new ModelCalled(
                    run,
                    place,
                    id,
                    null,
                    ofStep == null ? model : ofStep,
                    null,
                    usage,
                    spent,
                    spent == null ? null : "USD",
                    null,
                    time,
                    null));
        }
    }
}
