package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Trajectories of SWE-agent: the messages are in {@code history}, and what each action did is in {@code
 * trajectory}. Before tools were called by name, an action was text that the shell ran, and the user told its
 * output.
 */
final class SweAgentForm implements Form {

    private static final String SHELL = "bash";
    private static final BigDecimal NANOS = new BigDecimal("1e9");
    private static final BigDecimal CENTURY = BigDecimal.valueOf(3_155_760_000L);

    @Override
    public String name() {
        return "swe-agent";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects()
                        .limit(3)
                        .anyMatch(value -> isHistory(value.path("history"))
                                || (value.path("trajectory").path(0).has("action")
                                        && value.path("trajectory").path(0).has("observation")));
    }

    private static boolean isHistory(JsonNode history) {
        JsonNode message = history.path(0);
        return message.has("role") && (message.has("agent") || message.has("message_type"));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode value = item.value();
            if (value.path("history").isArray() || value.path("trajectory").isArray()) {
                new Run("run-" + item.place().record(), item.place(), events).read(value);
            } else {
                events.accept(new Event.Refused(item.place(), "has neither a history nor a trajectory"));
            }
        }
    }

    private static final class Run {
        private final String run;
        private final Place place;
        private final Events events;
        /** The calls of the latest action, which the next message answers. */
        private List<String> open = List.of();

        private boolean shellAction;
        private @Nullable JsonNode step;

        Run(String run, Place place, Events events) {
            this.run = run;
            this.place = place;
            this.events = events;
        }

        void read(JsonNode value) {
            JsonNode info = value.path("info");
            ObjectNode metadata = Fields.rest(value, "history", "trajectory");
            String agent = Fields.text(value.path("history").path(0), "agent");
            String id = Fields.text(value, "instance_id");
            id = id == null ? Fields.text(info, "instance_id") : id;
            events.accept(new RunStarted(run, place, id, null, null, agent, null, metadata));
            called(value, info.path("model_stats"));
            Iterator<JsonNode> steps = value.path("trajectory").elements();
            ArrayNode unused = JsonNodeFactory.instance.arrayNode();
            if (value.path("history").isArray()) {
                history(value.path("history"), steps);
                steps.forEachRemaining(unused::add);
            } else {
                steps.forEachRemaining(this::step);
            }
            ObjectNode rest = Fields.object();
            if (!unused.isEmpty()) {
                Rest.note(rest, "trajectory", unused);
            }
            events.accept(
                    new RunEnded(run, place, null, Outcomes.status(info), Outcomes.error(info), null, null, rest));
        }

        private void history(JsonNode history, Iterator<JsonNode> steps) {
            JsonNode next = steps.hasNext() ? steps.next() : null;
            for (JsonNode message : history) {
                boolean action = message.path("role").asText().equals("assistant")
                        && !message.path("is_demo").asBoolean();
                if (action && next != null && matches(message, next)) {
                    message(message, next);
                    next = steps.hasNext() ? steps.next() : null;
                } else {
                    message(message, null);
                }
            }
            if (next != null) {
                step(next);
            }
        }

        private static boolean matches(JsonNode message, JsonNode step) {
            return !message.has("action") || message.path("action").equals(step.path("action"));
        }

        private void message(JsonNode message, @Nullable JsonNode ofStep) {
            ObjectNode rest = Fields.rest(message, "role", "content", "tool_calls");
            String role = message.path("role").asText();
            boolean answers = !open.isEmpty() && (role.equals("tool") || (shellAction && role.equals("user")));
            if (answers) {
                answer(message, rest);
                return;
            }
            MessageRead.Builder read = MessageRead.builder(run, place, Role.of(role, rest));
            String agent = Fields.text(message, "agent");
            read.author(role.equals("assistant") ? agent : null);
            for (JsonNode thinking : message.path("thinking_blocks")) {
                read.add(new Part.Reasoning(thinking));
                rest.remove("thinking_blocks");
            }
            content(read, message.path("content"), rest);
            open = List.of();
            if (role.equals("assistant") && !message.path("is_demo").asBoolean()) {
                step = ofStep;
                calls(read, message);
                keepStep(message, ofStep, rest);
            } else if (role.equals("assistant")) {
                calls(read, message);
            }
            events.accept(read.rest(rest).build());
        }

        private static void content(MessageRead.Builder read, JsonNode content, ObjectNode rest) {
            if (content.isTextual()) {
                read.add(new Part.Text(content.textValue()));
            } else if (content.isArray()) {
                ContentParts.of(content).forEach(read::add);
                ContentParts.withShape(rest, content);
            } else if (!content.isMissingNode()) {
                rest.set("content", content);
            }
        }

        private void calls(MessageRead.Builder read, JsonNode message) {
            List<String> ids = new ArrayList<>();
            for (JsonNode call : message.path("tool_calls")) {
                JsonNode function = call.path("function");
                String id = Fields.text(call, "id");
                JsonNode input = Fields.json(function.path("arguments"));
                read.add(new Part.Call(id, Fields.text(function, "name"), input, null, null, call));
                ids.add(id == null ? "" : id);
            }
            String action = Fields.text(message, "action");
            shellAction = ids.isEmpty() && action != null && !action.isBlank();
            if (shellAction) {
                ObjectNode input = Fields.object().put("command", action);
                read.add(new Part.Call(null, SHELL, input, null, null, input));
                ids.add("");
            }
            open = ids;
        }

        /** What a step has that neither its message nor the answer repeats. */
        private static void keepStep(JsonNode message, @Nullable JsonNode step, ObjectNode rest) {
            if (step == null) {
                return;
            }
            ObjectNode beyond = Fields.rest(step, "observation", "execution_time");
            for (String same : List.of("action", "thought")) {
                if (beyond.path(same).equals(message.path(same))) {
                    beyond.remove(same);
                }
            }
            if (beyond.path("response").equals(message.path("content"))) {
                beyond.remove("response");
            }
            Rest.note(rest, "step", beyond);
        }

        private void answer(JsonNode message, ObjectNode rest) {
            MessageRead.Builder read = MessageRead.builder(run, place, Role.TOOL);
            JsonNode content = message.path("content");
            if (!message.path("role").asText().equals("tool")) {
                rest.set("role", message.path("role"));
            }
            keepObservation(content, rest);
            List<String> ids = new ArrayList<>();
            message.path("tool_call_ids").forEach(id -> ids.add(id.asText()));
            if (ids.isEmpty() && message.path("tool_call_id").isTextual()) {
                ids.add(message.path("tool_call_id").textValue());
            }
            JsonNode seconds = step == null ? Fields.object() : step.path("execution_time");
            Duration took = seconds.isNumber() ? duration(seconds.decimalValue()) : null;
            for (String id : ids.isEmpty() ? open : ids) {
                Flag flag = Flag.of(message, content);
                read.add(new Part.Answer(
                        id.isEmpty() ? null : id,
                        shellAction ? SHELL : null,
                        content.isMissingNode() ? null : content,
                        flag.outcome(),
                        flag.name().isEmpty() ? null : flag.name(),
                        null,
                        null,
                        took));
            }
            open = List.of();
            events.accept(read.rest(rest).build());
        }

        private void keepObservation(JsonNode content, ObjectNode rest) {
            if (step == null) {
                return;
            }
            if (!step.path("observation").equals(content)) {
                rest.set("observation", step.path("observation"));
            }
            if (step.has("execution_time")) {
                rest.set("execution_time", step.path("execution_time"));
            }
        }

        /** A step that no message of the history tells of. */
        private void step(JsonNode alone) {
            ObjectNode message = Fields.object().put("role", "assistant");
            message.set(
                    "content", alone.path("response").isMissingNode() ? alone.path("thought") : alone.path("response"));
            for (String member : List.of("action", "thought", "tool_calls")) {
                if (alone.has(member)) {
                    message.set(member, alone.path(member));
                }
            }
            message(message, alone);
            if (alone.has("observation") && !open.isEmpty()) {
                answer(
                        Fields.object()
                                .<ObjectNode>set("content", alone.path("observation"))
                                .put("role", "tool"),
                        Fields.object());
            }
        }

        /** Null for what no run takes: less than nothing, or more than a century, which nanoseconds may not hold. */
        private static @Nullable Duration duration(BigDecimal seconds) {
            return seconds.signum() < 0 || seconds.compareTo(CENTURY) > 0
                    ? null
                    : Duration.ofNanos(seconds.multiply(NANOS).longValue());
        }

        private void called(JsonNode value, JsonNode stats) {
            Usage usage = new Usage(
                    Fields.count(stats, "tokens_sent"), Fields.count(stats, "tokens_received"), null, null, null);
            BigDecimal cost = Fields.number(stats, "instance_cost", "total_cost");
            if (!usage.isEmpty() || cost != null) {
                String currency = cost == null ? null : "USD";
                events.accept(new ModelCalled(
                        run, place, null, null, model(value), null, usage, cost, currency, null, null, null));
            }
        }

        private static @Nullable String model(JsonNode value) {
            JsonNode config = Fields.structure(value.path("replay_config"));
            String model = Fields.text(config.path("agent").path("model"), "name", "model_name");
            return model == null || Set.of("replay", "human").contains(model) ? null : model;
        }
    }
}
