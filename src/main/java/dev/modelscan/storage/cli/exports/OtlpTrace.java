package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.OtlpOwn;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.tasks.TaskStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes the spans of one run. */
final class OtlpTrace {

    private static final String INPUT = "gen_ai.input.messages";
    private static final String OUTPUT = "gen_ai.output.messages";
    private static final String OPERATION = "gen_ai.operation.name";

    private final Run run;
    private final OtlpSpans spans;
    private final Consumer<String> unsaid;
    private final OtlpParts parts;
    private final Map<String, List<ModelCalled>> calls = new HashMap<>();
    private final List<ModelCalled> loose = new ArrayList<>();
    /** How often a run's messages call with an id: only an id that is used once names a tool's span. */
    private final Map<String, Integer> called = new HashMap<>();

    private ArrayNode pending = Fields.MAPPER.createArrayNode();
    private @Nullable Instant now;
    private String agent = "";
    private int position;

    OtlpTrace(Run run, OtlpSpans spans, Consumer<String> unsaid) {
        this.run = run;
        this.spans = spans;
        this.unsaid = unsaid;
        this.now = run.started().startedAt();
        this.parts = new OtlpParts(unsaid);
        List<String> ids = run.messages().stream().map(MessageRead::externalId).toList();
        for (ModelCalled call : run.calls()) {
            String message = call.messageId();
            (message == null || !ids.contains(message)
                            ? loose
                            : calls.computeIfAbsent(message, unknown -> new ArrayList<>()))
                    .add(call);
        }
        for (MessageRead message : run.messages()) {
            for (Part part : message.parts()) {
                if (part instanceof Part.Call call && call.callId() != null) {
                    called.merge(call.callId(), 1, Integer::sum);
                }
            }
        }
    }

    /**
     * Writes the run.
     *
     * @param parent the id of the span of the agent above; empty if there is none
     * @return the id of the span of this run's agent
     */
    String write(String parent) {
        ObjectNode root = root(parent);
        agent = root.path("spanId").textValue();
        loose.forEach(call -> model(call, null));
        run.messages().forEach(this::add);
        if (!pending.isEmpty()) {
            OtlpSpans.attribute(root, INPUT, pending);
        }
        return agent;
    }

    private ObjectNode root(String parent) {
        RunStarted started = run.started();
        String name = started.agent();
        ObjectNode root = span(parent, "invoke_agent " + (name == null ? "" : name), OtlpSpans.INTERNAL);
        OtlpSpans.attribute(root, OPERATION, "invoke_agent");
        OtlpSpans.attribute(root, "gen_ai.agent.name", name);
        OtlpSpans.attribute(root, "gen_ai.agent.description", started.name());
        OtlpSpans.attribute(
                root, "gen_ai.conversation.id", started.externalId() == null ? started.run() : started.externalId());
        if (!started.metadata().isEmpty()) {
            OtlpSpans.attribute(root, OtlpOwn.METADATA, started.metadata());
        }
        RunEnded ended = run.ended();
        Instant last = run.messages().stream()
                .map(MessageRead::createdAt)
                .reduce(now, (before, time) -> time == null ? before : time);
        Instant end = ended == null ? null : ended.completedAt();
        OtlpSpans.times(root, started.startedAt(), end, end == null && started.startedAt() != null ? last : first());
        status(root, ended);
        return root;
    }

    private @Nullable Instant first() {
        return run.messages().stream()
                .map(MessageRead::createdAt)
                .filter(time -> time != null)
                .findFirst()
                .orElse(null);
    }

    private void status(ObjectNode root, @Nullable RunEnded ended) {
        TaskStatus status = ended == null ? null : ended.status();
        if (status == TaskStatus.FAILED) {
            ObjectNode written = root.putObject("status").put("code", 2);
            OtlpSpans.attribute(root, "error.type", "_OTHER");
            if (ended != null && ended.error() != null) {
                written.put("message", ended.error());
            }
        } else {
            Endings.ofRun(run, null, unsaid);
            Endings.ofError(run, unsaid);
        }
    }

    private ObjectNode span(String parent, String name, int kind) {
        ObjectNode span = spans.add(parent, name, kind);
        OtlpSpans.attribute(span, OtlpOwn.POSITION, position++);
        return span;
    }

    /** What the model wrote is the output of a span of its own, and what was written before it the span's input. */
    private void add(MessageRead message) {
        now = message.createdAt() == null ? now : message.createdAt();
        ObjectNode written = message(message);
        List<ModelCalled> wrote =
                message.externalId() == null ? List.of() : calls.getOrDefault(message.externalId(), List.of());
        if (message.role() == Role.ASSISTANT || !wrote.isEmpty()) {
            ModelCalled first = wrote.isEmpty() ? null : wrote.get(0);
            if (first != null && first.finishReason() != null) {
                written.put("finish_reason", first.finishReason());
            }
            model(first, written);
            wrote.stream().skip(1).forEach(call -> model(call, null));
        } else {
            pending.add(written);
        }
        message.parts().forEach(this::tool);
    }

    private ObjectNode message(MessageRead message) {
        ObjectNode written = Fields.object().put("role", message.role().name().toLowerCase(Locale.ROOT));
        written.set("parts", parts.of(message, this::hasSpan));
        if (message.author() != null) {
            written.put("name", message.author());
        }
        if (message.externalId() != null) {
            written.put(OtlpOwn.ID, message.externalId());
        }
        if (message.createdAt() != null) {
            written.put(OtlpOwn.TIME, message.createdAt().toString());
        }
        if (!message.rest().isEmpty()) {
            written.set(OtlpOwn.METADATA, message.rest());
        }
        return written;
    }

    private void model(@Nullable ModelCalled call, @Nullable ObjectNode output) {
        String model = call == null ? null : call.model();
        ObjectNode span = span(agent, "chat " + (model == null ? "" : model), OtlpSpans.CLIENT);
        OtlpSpans.attribute(span, OPERATION, "chat");
        OtlpSpans.times(span, call == null ? null : call.startedAt(), call == null ? null : call.completedAt(), now);
        if (call != null) {
            describe(call, span);
        }
        if (output != null) {
            if (!pending.isEmpty()) {
                OtlpSpans.attribute(span, INPUT, pending);
                pending = Fields.MAPPER.createArrayNode();
            }
            OtlpSpans.attribute(span, OUTPUT, Fields.MAPPER.createArrayNode().add(output));
        }
    }

    private static void describe(ModelCalled call, ObjectNode span) {
        OtlpSpans.attribute(span, "gen_ai.provider.name", call.provider());
        OtlpSpans.attribute(span, "gen_ai.request.model", call.model());
        OtlpSpans.attribute(span, "gen_ai.response.id", call.externalId());
        if (call.finishReason() != null) {
            JsonNode reasons = Fields.MAPPER.createArrayNode().add(call.finishReason());
            OtlpSpans.attribute(span, "gen_ai.response.finish_reasons", reasons);
        }
        Usage usage = call.usage();
        OtlpSpans.attribute(span, "gen_ai.usage.input_tokens", usage.input());
        OtlpSpans.attribute(span, "gen_ai.usage.output_tokens", usage.output());
        OtlpSpans.attribute(span, "gen_ai.usage.cache_read.input_tokens", usage.cacheRead());
        OtlpSpans.attribute(span, "gen_ai.usage.cache_creation.input_tokens", usage.cacheWrite());
        OtlpSpans.attribute(span, "gen_ai.usage.reasoning.output_tokens", usage.reasoning());
        BigDecimal cost = call.cost();
        OtlpSpans.attribute(span, OtlpOwn.COST, cost == null ? null : cost.toPlainString());
        OtlpSpans.attribute(span, OtlpOwn.CURRENCY, call.currency());
    }

    /** Whether the use of a tool that an answer tells of has a span, which says how it ended. */
    private boolean hasSpan(Part.Answer answer) {
        return answer.callId() != null
                && answer.outcome() != Outcome.UNKNOWN
                && called.getOrDefault(answer.callId(), 0) == 1;
    }

    private void tool(Part part) {
        if (!(part instanceof Part.Answer answer)) {
            return;
        }
        if (!hasSpan(answer)) {
            if (answer.startedAt() != null || answer.completedAt() != null) {
                unsaid.accept("when a tool ran");
            }
            return;
        }
        String name = answer.tool() == null ? "" : answer.tool();
        ObjectNode span = span(agent, "execute_tool " + name, OtlpSpans.INTERNAL);
        OtlpSpans.attribute(span, OPERATION, "execute_tool");
        OtlpSpans.attribute(span, "gen_ai.tool.name", answer.tool());
        OtlpSpans.attribute(span, "gen_ai.tool.call.id", answer.callId());
        OtlpSpans.times(span, answer.startedAt(), answer.completedAt(), now);
        if (answer.outcome() == Outcome.FAILED) {
            span.putObject("status").put("code", 2);
            OtlpSpans.attribute(span, "error.type", "_OTHER");
        } else {
            span.putObject("status").put("code", 1);
        }
        called.put(String.valueOf(answer.callId()), 0);
    }
}
