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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs as LangSmith exports them: a trace is a run here, its model calls give the messages, its tools the answers. Each
 * model call repeats the messages before it; each of them is told once.
 */
final class LangSmithForm implements Form {

    private static final Set<String> MESSAGES_IN =
            Set.of("messages", "prompts", "generations", "choices", "message", "llm_output", "usage_metadata");

    @Override
    public String name() {
        return "langsmith";
    }

    @Override
    public boolean recognizes(First first) {
        return first.objects()
                .anyMatch(record -> isBatch(record)
                        || (record.has("run_type") && (record.has("inputs") || record.has("trace_id"))));
    }

    /** Whether it is what a client sends: runs that began, and what is new of them. */
    private static boolean isBatch(JsonNode record) {
        return Stream.of("post", "patch")
                .anyMatch(list -> record.path(list).path(0).has("trace_id")
                        && record.path(list).path(0).has("dotted_order"));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Map<String, Trace> traces = new LinkedHashMap<>();
        Map<String, ObjectNode> sent = new TreeMap<>();
        Place place = new Place(0, 0, -1);
        Records.Item item;
        while ((item = records.next()) != null) {
            place = item.place();
            JsonNode record = item.value();
            if (isBatch(record)) {
                record.path("post").forEach(run -> merge(sent, run));
                record.path("patch").forEach(run -> merge(sent, run));
            } else if (record.has("run_type")) {
                read(traces, place, record, events);
            } else {
                events.accept(new Event.Refused(place, "has no \"run_type\""));
            }
        }
        for (ObjectNode run : sent.values()) {
            read(traces, place, run, events);
        }
        traces.values().forEach(Trace::end);
    }

    /** Adds what is new of a run. The order of runs, with dots, ends in the run's id, which a change may leave out. */
    private static void merge(Map<String, ObjectNode> sent, JsonNode run) {
        String order = run.path("dotted_order").asText();
        ObjectNode known = sent.computeIfAbsent(order, unknown -> Fields.object());
        for (Map.Entry<String, JsonNode> member : run.properties()) {
            if (!member.getValue().isNull() || !known.has(member.getKey())) {
                known.set(member.getKey(), member.getValue());
            }
        }
        if (!known.has("id") && order.lastIndexOf('Z') >= 0) {
            known.put("id", order.substring(order.lastIndexOf('Z') + 1));
        }
    }

    private static void read(Map<String, Trace> traces, Place place, JsonNode record, Events events) {
        String id = Fields.text(record, "trace_id", "id");
        String key = id == null ? "record " + place.record() : id;
        Trace trace = traces.computeIfAbsent(key, unknown -> Trace.start(key, place, record, events));
        trace.read(place, record);
        if (!record.path("child_runs").isEmpty()) {
            trace.readChildren(place, record.path("child_runs"));
        }
    }

    /** One trace, and what was told of it. */
    private static final class Trace {
        private final String run;
        private final Events events;
        private final List<String> told = new ArrayList<>();
        private final Set<String> answered = new HashSet<>();
        private final ObjectNode rest = Fields.object();
        private Place last;
        private @Nullable JsonNode root;

        /** Where in what was told the next message of a model call is looked for. */
        private int next;

        private Trace(String run, Place place, Events events) {
            this.run = run;
            this.last = place;
            this.events = events;
        }

        static Trace start(String run, Place place, JsonNode record, Events events) {
            events.accept(new RunStarted(
                    run,
                    place,
                    run,
                    null,
                    Fields.text(record, "name"),
                    null,
                    Fields.time(record, "start_time"),
                    Fields.object()));
            return new Trace(run, place, events);
        }

        void read(Place place, JsonNode record) {
            last = place;
            switch (record.path("run_type").asText()) {
                case "llm", "chat_model" -> model(place, record);
                case "tool" -> tool(place, record);
                default -> {
                    // Chains and prompts hold no messages of their own.
                }
            }
            if (record.path("parent_run_id").isNull()
                    || record.path("parent_run_id").isMissingNode()) {
                root = record;
            }
            ObjectNode kept = Fields.rest(record, "child_runs");
            rest.withArray("runs").add(isModel(record) ? withoutMessages(kept) : kept);
        }

        /** What a model was given and gave is in the messages, if it is in a member that holds them. */
        private static ObjectNode withoutMessages(ObjectNode record) {
            ObjectNode kept = Fields.rest(record, "inputs", "outputs");
            for (String side : List.of("inputs", "outputs")) {
                ObjectNode beyond = Fields.rest(record.path(side), MESSAGES_IN);
                if (!beyond.isEmpty() && !beyond.has("role")) {
                    kept.set(side, beyond);
                }
            }
            return kept;
        }

        private static boolean isModel(JsonNode record) {
            String type = record.path("run_type").asText();
            return type.equals("llm") || type.equals("chat_model");
        }

        void readChildren(Place place, JsonNode children) {
            for (JsonNode child : children) {
                read(place, child);
                readChildren(place, child.path("child_runs"));
            }
        }

        private void model(Place place, JsonNode record) {
            next = 0;
            JsonNode inputs = record.path("inputs").path("messages");
            message(place, inputs.path(0).isArray() ? inputs.path(0) : inputs, "inputs.messages");
            for (JsonNode prompt : record.path("inputs").path("prompts")) {
                text(place, "human", prompt, "inputs.prompts");
            }
            JsonNode outputs = record.path("outputs");
            outputs(place, outputs);
            JsonNode extra = record.path("extra").path("metadata");
            Usage usage = Usages.of(record);
            usage = usage.isEmpty() ? Usages.of(outputs.path("llm_output").path("token_usage")) : usage;
            usage = usage.isEmpty() ? Usages.of(outputs.path("usage_metadata")) : usage;
            events.accept(new ModelCalled(
                    run,
                    place,
                    null,
                    Fields.text(record, "id"),
                    Fields.text(extra, "ls_model_name"),
                    Fields.text(extra, "ls_provider"),
                    usage,
                    Fields.number(record, "total_cost"),
                    Fields.number(record, "total_cost") == null ? null : "USD",
                    Fields.time(record, "start_time"),
                    Fields.time(record, "end_time"),
                    null));
        }

        private void outputs(Place place, JsonNode outputs) {
            JsonNode generations = outputs.path("generations");
            JsonNode first = generations.path(0).isArray() ? generations.path(0) : generations;
            if (first.isArray()) {
                for (JsonNode generation : first) {
                    if (generation.path("message").isObject()) {
                        one(place, generation.path("message"), "outputs.generations");
                    } else {
                        text(place, "ai", generation.path("text"), "outputs.generations");
                    }
                }
            } else if (outputs.path("choices").isArray()) {
                for (JsonNode choice : outputs.path("choices")) {
                    one(place, choice.path("message"), "outputs.choices");
                }
            } else if (outputs.path("message").isObject() || outputs.has("role")) {
                one(place, outputs.has("role") ? outputs : outputs.path("message"), "outputs");
            } else {
                message(place, outputs.path("messages"), "outputs.messages");
            }
        }

        private void message(Place place, JsonNode messages, String path) {
            for (JsonNode message : messages) {
                one(place, message, path);
            }
        }

        private void text(Place place, String type, JsonNode text, String path) {
            if (text.isTextual()) {
                one(place, Fields.object().put("type", type).put("content", text.textValue()), path);
            }
        }

        /** Tells of a message unless it was told. */
        private void one(Place place, JsonNode message, String path) {
            JsonNode body = LangChainMessages.body(message);
            if (message.isMissingNode()
                    || answered.contains(body.path("tool_call_id").asText())) {
                return;
            }
            if (!isTold(message, body)) {
                new LangChainMessages(run, event -> {
                            // The model call that holds the message tells of its tokens.
                            if (!(event instanceof ModelCalled)) {
                                events.accept(event);
                            }
                        })
                        .read(place, message, path);
            }
        }

        /** Whether it was told after the message before it, or anywhere if it has an id; it is from now on. */
        private boolean isTold(JsonNode message, JsonNode body) {
            String id = Fields.text(body, "id");
            String same = id != null
                    ? id
                    : message.path("type").asText()
                            + body.path("role")
                            + body.path("tool_call_id")
                            + body.path("content")
                            + body.path("tool_calls");
            int later = told.subList(next, told.size()).indexOf(same);
            int found = later >= 0 ? next + later : id == null ? -1 : told.indexOf(same);
            if (found < 0) {
                told.add(same);
                next = told.size();
                return false;
            }
            next = found + 1;
            return true;
        }

        private void tool(Place place, JsonNode record) {
            JsonNode outputs = record.path("outputs");
            JsonNode output = outputs.path("output").isMissingNode() ? outputs : outputs.path("output");
            JsonNode body = LangChainMessages.body(output);
            JsonNode answer = body.has("content") && body.has("tool_call_id") ? body.path("content") : output;
            String callId = body.path("tool_call_id").asText();
            if (!callId.isEmpty() && !answered.add(callId)) {
                return;
            }
            Flag flag = Flag.of(record.path("error").isTextual() ? record : body, answer);
            Part.Answer part = flag.answer(callId, record.path("name").asText(), answer);
            events.accept(MessageRead.builder(run, place, Role.TOOL)
                    .externalId(Fields.text(record, "id"))
                    .createdAt(Fields.time(record, "end_time"))
                    .add(new Part.Answer(
                            part.callId(),
                            part.tool(),
                            answer.isNull() || answer.isMissingNode() ? null : answer,
                            part.outcome(),
                            part.decidedBy(),
                            Fields.time(record, "start_time"),
                            Fields.time(record, "end_time")))
                    .build());
        }

        void end() {
            JsonNode top = root == null ? Fields.object() : root;
            String error = Fields.text(top, "error");
            TaskStatus status = error == null ? null : TaskStatus.FAILED;
            for (JsonNode score : top.path("feedback_stats")) {
                if (Fields.number(score, "avg") != null) {
                    rest.set("feedback_stats", top.path("feedback_stats"));
                }
            }
            events.accept(new RunEnded(run, last, null, status, error, Fields.time(top, "end_time"), null, rest));
        }
    }
}
