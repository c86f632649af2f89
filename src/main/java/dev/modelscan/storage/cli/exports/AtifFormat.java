package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Agent Trajectory Interchange Format: version 1.6 for runs that came from elsewhere, that of the source
 * for others.
 */
public final class AtifFormat implements RunFormat {

    private static final String NAME = "atif";
    private static final String VERSION = "ATIF-v1.6";
    private static final String EXTRA = "extra";

    /** What the reader notes for the writer. */
    private static final Set<String> NOTES = Set.of(
            "message_is_array", "content_is_array", "answers_without_id", "time_is_of_step", ChatFormat.SAME_NAMES);

    private static final Set<Role> ROLES = EnumSet.of(Role.SYSTEM, Role.USER, Role.ASSISTANT);
    private static final Set<Role> RESULTS = EnumSet.of(Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isOwn(String form) {
        return form.equals(NAME);
    }

    @Override
    public boolean isNested() {
        return true;
    }

    @Override
    public JsonNode write(Run run, Consumer<String> unsaid) {
        return trajectory(run, unsaid);
    }

    private static ObjectNode trajectory(Run run, Consumer<String> unsaid) {
        boolean same = run.form().equals(NAME);
        ObjectNode trajectory = same ? run.started().metadata().deepCopy() : head(run);
        ArrayNode steps = trajectory.putArray("steps");
        Steps writer = new Steps(run, same, steps, unsaid);
        run.messages().forEach(writer::add);
        if (!same) {
            Endings.ofRun(run, null, unsaid);
            Endings.ofHead(run, unsaid);
            if (Endings.hasOwnTimes(run)) {
                unsaid.accept("when the run began and ended");
            }
            writer.metrics.addTotals(trajectory, steps.size());
        }
        if (!run.children().isEmpty()) {
            ArrayNode children = trajectory.putArray("subagent_trajectories");
            run.children().forEach(child -> children.add(trajectory(child, unsaid)));
        }
        return trajectory;
    }

    /** What a trajectory says of a run that came from elsewhere. */
    private static ObjectNode head(Run run) {
        ObjectNode head = Fields.object().put("schema_version", VERSION);
        String id = run.started().externalId();
        head.put("session_id", id == null ? run.started().run() : id);
        ObjectNode agent = head.putObject("agent");
        String name = run.started().agent();
        agent.put("name", name == null ? "assistant" : name).put("version", "unknown");
        String model = run.calls().stream()
                .map(ModelCalled::model)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (model != null) {
            agent.put("model_name", model);
        }
        if (!run.started().metadata().isEmpty()) {
            head.set(EXTRA, run.started().metadata());
        }
        return head;
    }

    private static final class Steps {
        private final boolean same;
        private final ArrayNode steps;
        private final Consumer<String> unsaid;
        /** The step of each call. A result has to stand in it. */
        private final Map<String, ObjectNode> called = new HashMap<>();

        private final AtifMetrics metrics;
        private @Nullable ObjectNode last;
        private int told;

        Steps(Run run, boolean same, ArrayNode steps, Consumer<String> unsaid) {
            this.same = same;
            this.steps = steps;
            this.unsaid = unsaid;
            this.metrics = new AtifMetrics(run.calls());
        }

        void add(MessageRead message) {
            told++;
            if (!same) {
                unsaid(message);
            }
            if (message.role() == Role.TOOL && last != null) {
                result(message, last);
                return;
            }
            if (same
                    && message.role() == Role.OTHER
                    && message.parts().size() == 1
                    && message.parts().get(0) instanceof Part.Other other
                    && message.rest().isEmpty()) {
                steps.add(other.json());
                return;
            }
            last = step(message);
            steps.add(last);
            if (message.parts().stream().anyMatch(Part.Answer.class::isInstance)) {
                result(message, last);
            }
        }

        /** Only since version 1.7 a result has room for more. */
        private void unsaid(MessageRead message) {
            Endings.ofRole(message, last == null ? ROLES : RESULTS, unsaid);
            Endings.ofAuthor(message, unsaid);
            if (Endings.hasToolTimes(message)
                    || (message.role() == Role.TOOL && last != null && message.createdAt() != null)) {
                unsaid.accept("when a tool ran and answered");
            }
        }

        private ObjectNode step(MessageRead message) {
            ObjectNode step = Fields.object();
            JsonNode rest = message.rest();
            String id = message.externalId();
            if (same && id != null) {
                step.set("step_id", Fields.json(TextNode.valueOf(id)));
            } else if (!same) {
                step.put("step_id", steps.size() + 1);
            }
            if (message.createdAt() != null && !(same && rest.has("timestamp"))) {
                step.put("timestamp", message.createdAt().toString());
            }
            boolean calls = message.parts().stream()
                    .anyMatch(part -> part instanceof Part.Call || part instanceof Part.Reasoning);
            step.put("source", !same && calls ? "agent" : source(message.role()));
            if (same && message.role() == Role.OTHER) {
                step.remove("source");
            }
            content(message, step, "message");
            calls(message, step);
            if (same) {
                rest.properties().stream()
                        .filter(member -> !NOTES.contains(member.getKey()))
                        .forEach(member -> step.set(member.getKey(), member.getValue()));
                ChatFormat.add(rest.get(ChatFormat.SAME_NAMES), step);
            } else {
                foreign(message, step);
            }
            return step;
        }

        private static String source(Role role) {
            return switch (role) {
                case ASSISTANT, TOOL -> "agent";
                case SYSTEM, DEVELOPER -> "system";
                default -> "user";
            };
        }

        private void content(MessageRead message, ObjectNode step, String member) {
            List<JsonNode> parts = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            List<JsonNode> reasoning = new ArrayList<>();
            for (Part part : message.parts()) {
                if (part instanceof Part.Text text) {
                    texts.add(text.text());
                    parts.add(text(text.text()));
                } else if (part instanceof Part.Refusal refusal) {
                    texts.add(refusal.text());
                    parts.add(text(refusal.text()));
                } else if (part instanceof Part.Reasoning thought) {
                    reasoning.add(thought.json());
                } else if (part instanceof Part.Media media && (same || isFile(media))) {
                    parts.add(media.json());
                } else if (part instanceof Part.Other other && same) {
                    parts.add(other.json());
                } else if (!(part instanceof Part.Call) && !(part instanceof Part.Answer)) {
                    unsaid.accept("a part of the kind "
                            + part.getClass().getSimpleName().toLowerCase(Locale.ROOT));
                }
            }
            if (message.rest().has(member + "_is_array") || parts.size() > texts.size()) {
                step.putArray(member).addAll(parts);
            } else if (!texts.isEmpty()) {
                step.put(member, String.join("\n", texts));
            } else if (!same) {
                step.put(member, "");
            }
            reasoning(step, reasoning);
        }

        private void reasoning(ObjectNode step, List<JsonNode> reasoning) {
            List<String> texts = new ArrayList<>();
            for (JsonNode thought : reasoning) {
                String text = thought.isTextual()
                        ? thought.textValue()
                        : Fields.text(thought, "thinking", "think", "reasoning", "reasoningText", "text");
                if (text == null) {
                    unsaid.accept("reasoning that is not text");
                } else {
                    texts.add(text);
                }
                if (!thought.isTextual()) {
                    unsaid.accept("the signature of reasoning");
                }
            }
            if (!texts.isEmpty()) {
                step.put("reasoning_content", String.join("\n", texts));
            }
        }

        private static ObjectNode text(String text) {
            return Fields.object().put("type", "text").put("text", text);
        }

        /** The format refers to images, and holds none. */
        private static boolean isFile(Part.Media media) {
            return media.kind().equals("image") && media.json().path("source").has("path");
        }

        private void calls(MessageRead message, ObjectNode step) {
            ArrayNode calls = JsonNodeFactory.instance.arrayNode();
            for (Part part : message.parts()) {
                if (!(part instanceof Part.Call call)) {
                    continue;
                }
                if (call.callId() != null) {
                    called.put(call.callId(), step);
                }
                if (same) {
                    calls.add(call.json());
                } else {
                    ObjectNode written = calls.addObject();
                    written.put("tool_call_id", id(call, calls));
                    written.put("function_name", call.tool() == null ? "" : call.tool());
                    JsonNode input = call.input() == null ? Fields.object() : call.input();
                    written.set(
                            "arguments",
                            input.isObject() ? input : Fields.object().set("input", input));
                }
            }
            if (!calls.isEmpty()) {
                step.set("tool_calls", calls);
            }
        }

        /** Ids are unique within a step. */
        private String id(Part.Call call, ArrayNode before) {
            for (JsonNode earlier : before) {
                if (earlier.path("tool_call_id").asText().equals(call.callId())) {
                    unsaid.accept("the id of a second call with the same id");
                    return call.callId() + "_" + before.size();
                }
            }
            return call.callId() == null ? "call_" + told + "_" + before.size() : call.callId();
        }

        /** A message of another form: its model calls are the metrics, its rest is extra. */
        private void foreign(MessageRead message, ObjectNode step) {
            if (step.path("source").asText().equals("agent")) {
                metrics.addTo(step, message);
            }
            if (!message.rest().isEmpty()) {
                step.set(EXTRA, message.rest());
            }
            if (message.parentId() != null) {
                unsaid.accept("the parent of a message");
            }
        }

        private void result(MessageRead message, ObjectNode latest) {
            ObjectNode rest = message.rest();
            boolean any = false;
            for (Part part : message.parts()) {
                if (part instanceof Part.Answer answer) {
                    if (!same) {
                        Endings.ofTool(answer, unsaid);
                    }
                    String id = answer.callId();
                    ObjectNode step = same || id == null ? latest : called.getOrDefault(id, latest);
                    ObjectNode result = results(step).addObject();
                    if (id != null && !rest.has("answers_without_id") && (same || called.containsKey(id))) {
                        result.put("source_call_id", id);
                    } else if (id != null && !same) {
                        unsaid.accept("the call of an answer that has none before it");
                    }
                    if (answer.output() != null) {
                        result.set("content", same ? answer.output() : asText(answer.output()));
                    }
                    beyond(message, result);
                    any = true;
                }
            }
            if (!any) {
                ObjectNode result = results(latest).addObject();
                content(message, result, "content");
                beyond(message, result);
            }
        }

        private static ArrayNode results(ObjectNode step) {
            return step.withObjectProperty("observation").withArrayProperty("results");
        }

        private static JsonNode asText(JsonNode output) {
            return output.isTextual() || output.isNull() ? output : TextNode.valueOf(output.toString());
        }

        private void beyond(MessageRead message, ObjectNode result) {
            ObjectNode rest = message.rest();
            if (same) {
                if (message.createdAt() != null && !rest.has("time_is_of_step") && !rest.has("timestamp")) {
                    result.put("timestamp", message.createdAt().toString());
                }
                for (Map.Entry<String, JsonNode> member : rest.properties()) {
                    if (!NOTES.contains(member.getKey())) {
                        result.set(member.getKey(), member.getValue());
                    }
                }
                ChatFormat.add(rest.get(ChatFormat.SAME_NAMES), result);
            } else if (!rest.isEmpty() && message.role() == Role.TOOL) {
                unsaid.accept("what the source says of a tool's answer beyond its content");
            }
        }
    }
}
