package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session of Kimi, or of one of its sub-agents. An answer of the model is told piece by piece, and put together here. */
final class KimiSession {

    private final String key;
    private final @Nullable String id;
    private final Events events;
    private final LineRun run;
    private final Map<String, KimiSession> children = new LinkedHashMap<>();
    /** The pieces of the answer that is being told. */
    private final List<Part> pieces = new ArrayList<>();

    private @Nullable Instant answeredAt;
    private @Nullable String step;
    private int answersOfStep;
    private @Nullable String latestAnswer;
    private @Nullable String systemPrompt;
    private @Nullable JsonNode request;
    private @Nullable JsonNode counted;

    KimiSession(String key, @Nullable String id, Events events) {
        this.key = key;
        this.id = id;
        this.events = events;
        this.run = new LineRun(key, events);
    }

    void start(Place at, @Nullable String parent, JsonNode header) {
        Instant created = Fields.time(header, "created_at");
        ObjectNode metadata = Fields.rest(header, "type");
        String agent = parent == null ? "kimi" : "sub-agent";
        events.accept(new RunStarted(key, at, id, parent, null, agent, created, metadata));
    }

    /** A line of the context: a message as OpenAI has it, or a mark. */
    void context(Place at, JsonNode line) {
        String role = line.path("role").asText();
        if (role.equals("_system_prompt")) {
            chat(at, Fields.rest(line).put("role", "system"), null);
        } else if (role.startsWith("_")) {
            run.between(line);
        } else {
            chat(at, line, null);
        }
    }

    /** A record of the version in TypeScript. */
    void record(Place at, JsonNode line) {
        Instant time = Fields.time(line, "time");
        run.seen(time);
        switch (line.path("type").asText()) {
            case "context.append_message" -> {
                answer(at);
                ObjectNode message = Fields.rest(line.path("message"), "toolCalls", "toolCallId");
                message.set("tool_calls", line.path("message").path("toolCalls"));
                if (message.path("tool_calls").isEmpty()) {
                    message.remove("tool_calls");
                }
                if (line.path("message").has("toolCallId")) {
                    message.set("tool_call_id", line.path("message").path("toolCallId"));
                }
                chat(at, message, time);
            }
            case "context.append_loop_event" -> loop(at, line, time);
            case "config.update", "profile.bind" -> prompt(at, line, time);
            case "usage.record" -> {
                // It repeats the usage of the step before it, unless the call was no step, such as a compaction.
                if (!line.path("usage").equals(counted)) {
                    called(at, line.path("usage"), null, request == null ? line : request, time, line);
                }
                counted = null;
                run.between(line);
            }
            default -> {
                request = line.path("type").asText().equals("llm.request") ? line : request;
                if (line.path("type").isTextual()) {
                    run.between(line);
                } else {
                    run.unknown(at, line);
                }
            }
        }
    }

    private void prompt(Place at, JsonNode line, @Nullable Instant time) {
        String prompt = Fields.text(line, "systemPrompt");
        if (prompt == null || prompt.equals(systemPrompt)) {
            run.between(line);
            return;
        }
        systemPrompt = prompt;
        MessageRead.Builder message = MessageRead.builder(key, at, Role.SYSTEM);
        run.message(message.add(new Part.Text(prompt)), time, Fields.rest(line, "systemPrompt", "time"));
    }

    private void loop(Place at, JsonNode line, @Nullable Instant time) {
        JsonNode event = line.path("event");
        switch (event.path("type").asText()) {
            case "step.begin" -> begin(at, Fields.text(event, "uuid"));
            case "content.part" -> piece(ContentParts.of1(event.path("part")), time);
            case "tool.call" -> {
                String id = Fields.text(event, "toolCallId");
                JsonNode input = Fields.json(event.path("args"));
                piece(new Part.Call(id, Fields.text(event, "name"), input, time, null, event), time);
            }
            case "tool.result" -> {
                JsonNode result = event.path("result");
                result(at, Fields.text(event, "toolCallId"), result, Fields.rest(result, "output"), time);
            }
            case "step.end" -> {
                answer(at);
                String id = Fields.text(event, "messageId");
                JsonNode model = request == null ? Fields.object() : request;
                counted = event.path("usage");
                called(at, counted, id == null ? step : id, model, time, event);
                run.between(line);
            }
            default -> run.between(line);
        }
    }

    /** An event of the version in Python. */
    void wire(Place at, String type, JsonNode payload, JsonNode line) {
        Instant time = Fields.time(line, "timestamp");
        run.seen(time);
        switch (type) {
            case "TurnBegin", "SteerInput" -> {
                answer(at);
                ObjectNode message = Fields.object().put("role", "user");
                message.set("content", payload.path("user_input"));
                chat(at, message, time);
            }
            case "StepBegin" -> begin(at, null);
            case "ContentPart" -> piece(ContentParts.of1(payload), time);
            case "ToolCall" -> {
                JsonNode function = payload.path("function");
                JsonNode input = Fields.json(function.path("arguments"));
                String id = Fields.text(payload, "id");
                piece(new Part.Call(id, Fields.text(function, "name"), input, time, null, payload), time);
            }
            case "ToolResult" -> {
                JsonNode value = payload.path("return_value");
                result(at, Fields.text(payload, "tool_call_id"), value, Fields.rest(value, "output"), time);
            }
            case "StatusUpdate" -> {
                if (payload.path("token_usage").isObject()) {
                    answer(at);
                    String id = Fields.text(payload, "message_id");
                    called(at, payload.path("token_usage"), id, Fields.object(), time, payload);
                }
                run.between(line);
            }
            case "SubagentEvent" -> child(at, payload, line);
            default -> run.between(line);
        }
    }

    private void child(Place at, JsonNode payload, JsonNode line) {
        String call = Fields.text(payload, "parent_tool_call_id", "task_tool_call_id");
        JsonNode event = payload.path("event");
        KimiSession child = children.get(String.valueOf(call));
        if (child == null) {
            child = new KimiSession(key + "/" + call, childId(String.valueOf(call)), events);
            child.start(at, key, Fields.rest(payload, "event"));
            children.put(String.valueOf(call), child);
        }
        child.wire(at, event.path("type").asText(), event.path("payload"), line);
    }

    private @Nullable String childId(String call) {
        return id == null ? null : id + "/" + call;
    }

    private void begin(Place at, @Nullable String uuid) {
        answer(at);
        step = uuid;
        answersOfStep = 0;
    }

    private void piece(Part part, @Nullable Instant time) {
        pieces.add(part);
        answeredAt = time;
    }

    /** Tells of the model's answer, as far as it was told. */
    private void answer(Place at) {
        if (pieces.isEmpty()) {
            return;
        }
        answersOfStep++;
        String id = step == null || answersOfStep == 1 ? step : step + "/" + answersOfStep;
        MessageRead.Builder message = MessageRead.builder(key, at, Role.ASSISTANT);
        pieces.forEach(message::add);
        run.message(message.externalId(id), answeredAt, Fields.object());
        latestAnswer = id;
        pieces.clear();
    }

    private void result(Place at, @Nullable String call, JsonNode result, ObjectNode rest, @Nullable Instant time) {
        answer(at);
        JsonNode output = result.path("output");
        MessageRead.Builder message = MessageRead.builder(key, at, Role.TOOL);
        message.add(Flag.of(result, output)
                .answer(call == null ? "" : call, "", output)
                .started(children.containsKey(String.valueOf(call)) ? childId(String.valueOf(call)) : null));
        run.message(message, time, rest);
    }

    private void called(
            Place at, JsonNode tokens, @Nullable String call, JsonNode model, @Nullable Instant time, JsonNode said) {
        Usage usage = new Usage(
                Fields.count(tokens, "inputOther", "input_other"),
                Fields.count(tokens, "output"),
                Fields.count(tokens, "inputCacheRead", "input_cache_read"),
                Fields.count(tokens, "inputCacheCreation", "input_cache_creation"),
                null);
        if (!usage.isEmpty()) {
            events.accept(new ModelCalled(
                    key,
                    at,
                    latestAnswer,
                    call,
                    Fields.text(model, "model"),
                    Objects.requireNonNullElse(Fields.text(model, "provider"), "kimi"),
                    usage,
                    null,
                    null,
                    Fields.time(model, "time"),
                    time,
                    Fields.text(said, "finishReason")));
        }
    }

    /** A message as OpenAI has it, with the time of its line. */
    private void chat(Place at, JsonNode message, @Nullable Instant time) {
        Events pass = event -> {
            if (event instanceof MessageRead read) {
                MessageRead.Builder told = MessageRead.builder(key, at, read.role())
                        .externalId(read.externalId())
                        .author(read.author());
                read.parts().forEach(told::add);
                run.message(told, time == null ? read.createdAt() : time, read.rest());
            } else {
                events.accept(event);
            }
        };
        new ChatMessages(key, pass).read(at, message, "message");
    }

    void end(Place at) {
        answer(at);
        run.end(at);
        children.values().forEach(child -> child.end(at));
    }
}
