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
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Trajectories of mini-swe-agent: chat messages, or responses of the Responses API, with actions, outputs and
 * cost under {@code extra}.
 */
final class MiniSweAgentForm implements Form {

    private static final String SHELL = "bash";

    @Override
    public String name() {
        return "mini-swe-agent";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects()
                        .limit(3)
                        .anyMatch(value -> value.path("messages").isArray()
                                && (value.path("trajectory_format").asText().startsWith("mini-swe-agent")
                                        || value.path("info").has("mini_version")
                                        || (value.path("info").has("exit_status")
                                                && value.path("info").has("model_stats"))));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            if (item.value().path("messages").isArray()) {
                new Run("run-" + item.place().record(), item.place(), events).read(item.value());
            } else {
                events.accept(new Event.Refused(item.place(), "has no messages"));
            }
        }
    }

    /** The action in the text of a model that calls no tools. */
    private static final Pattern ACTION =
            Pattern.compile("```(?:bash|mswea_bash_command)[ \\t]*\\R(.*?)\\R```", Pattern.DOTALL);

    private static final Pattern RETURNED =
            Pattern.compile("\\s*<returncode>(-?\\d{1,9})</returncode>.*", Pattern.DOTALL);

    private static final class Run {
        private final String run;
        private final Place place;
        private final Events events;
        private final Deque<JsonNode> open = new ArrayDeque<>();
        private @Nullable Instant latest;
        private @Nullable String model;
        private boolean costTold;

        Run(String run, Place place, Events events) {
            this.run = run;
            this.place = place;
            this.events = events;
        }

        void read(JsonNode value) {
            JsonNode info = value.path("info");
            JsonNode config = info.path("config");
            model = Fields.text(config.path("model"), "model_name");
            String id = Fields.text(value, "instance_id");
            id = id == null ? Fields.text(info, "instance_id") : id;
            events.accept(
                    new RunStarted(run, place, id, null, null, "mini-swe-agent", null, Fields.rest(value, "messages")));
            int index = 0;
            for (JsonNode message : value.path("messages")) {
                message(message, "messages[" + index++ + "]");
            }
            BigDecimal cost = Fields.number(info.path("model_stats"), "instance_cost");
            if (!costTold && cost != null) {
                Usage none = new Usage(null, null, null, null, null);
                events.accept(
                        new ModelCalled(run, place, null, null, model, null, none, cost, "USD", null, null, null));
            }
            events.accept(new RunEnded(
                    run, place, null, Outcomes.status(info), Outcomes.error(info), latest, null, Fields.object()));
        }

        private void message(JsonNode message, String path) {
            JsonNode extra = message.path("extra");
            Instant time = Fields.time(extra, "timestamp");
            latest = time == null ? latest : time;
            boolean observation = extra.has("returncode") || extra.has("raw_output") || returned(message) != null;
            if (message.path("object").asText().equals("response")) {
                response(message, time);
            } else if (ResponsesItems.isItem(message) && message.has("call_id")) {
                events.accept(observed(ResponsesItems.read(run, place, message, time), extra));
            } else if (message.path("role").asText().equals("tool") || (observation && !open.isEmpty())) {
                observation(message, extra, time);
            } else if (message.path("role").asText().equals("exit")) {
                events.accept(MessageRead.builder(run, place, Role.OTHER)
                        .createdAt(time)
                        .add(new Part.Text(message.path("content").asText()))
                        .rest(Fields.rest(message, "content"))
                        .build());
            } else {
                new ChatMessages(run, each -> chat(each, extra, time)).read(place, message, path);
            }
            called(message, extra, time);
        }

        /** A chat message, with the actions that were read from its text. */
        private void chat(Event event, JsonNode extra, @Nullable Instant time) {
            if (!(event instanceof MessageRead read)) {
                if (!(event instanceof ModelCalled)) {
                    events.accept(event);
                }
                return;
            }
            MessageRead.Builder message = copy(read, time);
            read.parts().forEach(message::add);
            boolean calls = read.parts().stream().anyMatch(Part.Call.class::isInstance);
            if (!calls && read.role() == Role.ASSISTANT) {
                open.clear();
                for (JsonNode action : actions(extra, read)) {
                    JsonNode input =
                            action.isObject() ? action : Fields.object().<ObjectNode>set("command", action);
                    message.add(new Part.Call(null, SHELL, input, time, null, input));
                    open.add(action);
                }
            }
            events.accept(message.build());
        }

        /** The actions that the file names; else the only one in the text, as the program takes it from there. */
        private static JsonNode actions(JsonNode extra, MessageRead read) {
            if (extra.has("actions")) {
                return extra.path("actions");
            }
            List<String> found = read.parts().stream()
                    .filter(Part.Text.class::isInstance)
                    .flatMap(part -> ACTION.matcher(((Part.Text) part).text()).results())
                    .map(action -> action.group(1).strip())
                    .toList();
            ArrayNode actions = JsonNodeFactory.instance.arrayNode();
            return found.size() == 1 ? actions.add(found.get(0)) : actions;
        }

        private static @Nullable BigDecimal returned(JsonNode message) {
            Matcher matcher = RETURNED.matcher(message.path("content").asText());
            return message.path("role").asText().equals("user") && matcher.matches()
                    ? new BigDecimal(matcher.group(1))
                    : null;
        }

        private MessageRead.Builder copy(MessageRead read, @Nullable Instant time) {
            return MessageRead.builder(run, place, read.role())
                    .externalId(read.externalId())
                    .author(read.author())
                    .createdAt(time)
                    .rest(read.rest());
        }

        private void observation(JsonNode message, JsonNode extra, @Nullable Instant time) {
            String call = Fields.text(message, "tool_call_id");
            ObjectNode rest = Fields.rest(message, "content", "tool_call_id");
            if (message.path("role").asText().equals("tool")) {
                rest.remove("role");
            }
            if (call == null) {
                open.poll();
            }
            JsonNode output = message.path("content");
            JsonNode flags = extra.has("returncode") ? extra : Fields.object().put("returncode", returned(message));
            Part answer = answer(call, call == null ? SHELL : null, output, flags);
            events.accept(MessageRead.builder(run, place, Role.TOOL)
                    .createdAt(time)
                    .add(answer)
                    .rest(rest)
                    .build());
        }

        private static Part answer(@Nullable String call, @Nullable String tool, JsonNode output, JsonNode extra) {
            BigDecimal code = Fields.number(extra, "returncode");
            Outcome outcome = code == null ? Outcome.UNKNOWN : code.signum() == 0 ? Outcome.SUCCESS : Outcome.FAILED;
            JsonNode given = output.isMissingNode() ? null : output;
            return new Part.Answer(call, tool, given, outcome, code == null ? null : "returncode");
        }

        private MessageRead observed(MessageRead read, JsonNode extra) {
            MessageRead.Builder message = copy(read, read.createdAt());
            for (Part part : read.parts()) {
                message.add(
                        part instanceof Part.Answer answer && answer.output() != null
                                ? answer(answer.callId(), answer.tool(), answer.output(), extra)
                                : part);
            }
            return message.build();
        }

        private void response(JsonNode response, @Nullable Instant time) {
            ObjectNode beyond = Fields.rest(response, "output");
            for (JsonNode item : response.path("output")) {
                MessageRead read = ResponsesItems.read(run, place, item, time);
                if (!beyond.isEmpty()) {
                    read.rest().set("response", beyond);
                    beyond = Fields.object();
                }
                events.accept(read);
            }
        }

        private void called(JsonNode message, JsonNode extra, @Nullable Instant time) {
            JsonNode response = extra.path("response");
            Usage usage = Usages.of(response.path("usage"));
            if (usage.isEmpty()) {
                usage = Usages.of(message.path("usage"));
            }
            BigDecimal cost = Fields.number(extra, "cost");
            if (usage.isEmpty() && cost == null) {
                return;
            }
            costTold |= cost != null;
            String named = Fields.text(response, "model");
            events.accept(new ModelCalled(
                    run,
                    place,
                    null,
                    null,
                    named == null ? model : named,
                    null,
                    usage,
                    cost,
                    cost == null ? null : "USD",
                    null,
                    time,
                    Fields.text(response.path("choices").path(0), "finish_reason")));
        }
    }
}
