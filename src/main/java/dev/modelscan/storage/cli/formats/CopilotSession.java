package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.tasks.TaskStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A session of the Copilot CLI that is read, with the runs of its sub-agents. */
final class CopilotSession {

    private static final List<String> REASONING = List.of("reasoningText", "reasoningOpaque", "encryptedContent");

    private final @Nullable String id;
    private final Events events;
    private final CopilotUsage usage;
    private final Map<String, LineRun> runs = new LinkedHashMap<>();
    /** Of a sub-agent: the call that started it, and its name. */
    private final Map<String, String> callOfAgent = new HashMap<>();

    private final Map<String, String> nameOfChild = new HashMap<>();
    private final Map<String, String> errorOfChild = new HashMap<>();
    /** The arguments of calls that a message asked for, and that are not answered. */
    private final Map<String, JsonNode> asked = new HashMap<>();

    private final Set<String> askedEver = new HashSet<>();
    private final Map<String, Start> starts = new LinkedHashMap<>();
    private String latestId = "";
    private @Nullable String error;

    /** The start of a tool's execution. */
    private record Start(Place place, JsonNode line) {}

    CopilotSession(@Nullable String id, Events events) {
        this.id = id;
        this.events = events;
        this.usage = new CopilotUsage(String.valueOf(id), events);
    }

    @Nullable
    String id() {
        return id;
    }

    void line(Place at, JsonNode line) {
        JsonNode data = line.path("data");
        String type = line.path("type").asText();
        LineRun run = run(at, line, type);
        usage.model(data);
        switch (type) {
            case "session.start" -> {
                // The run says it, unless the session starts a second time.
                if (!latestId.isEmpty()) {
                    run.between(line);
                }
            }
            case "user.message" -> text(run, at, line, Role.USER);
            case "system.message" ->
                text(run, at, line, data.path("role").asText().equals("developer") ? Role.DEVELOPER : Role.SYSTEM);
            case "assistant.message" -> assistant(run, at, line);
            case "assistant.reasoning" -> reasoning(run, at, line);
            case "tool.execution_start" -> start(run, at, line);
            case "tool.execution_complete" -> complete(run, at, line);
            default -> other(run, at, line, type);
        }
        latestId = Objects.requireNonNullElse(Fields.text(line, "id"), "?");
    }

    private LineRun run(Place at, JsonNode line, String type) {
        LineRun main = runs.get("");
        if (main == null) {
            JsonNode data = type.equals("session.start") ? line.path("data") : Fields.object();
            Instant started = Fields.time(data, "startTime");
            started = started == null ? Fields.time(line, "timestamp") : started;
            ObjectNode metadata = Fields.rest(data, "sessionId", "startTime");
            Rest.time(metadata, data, "startTime", started);
            if (!data.isEmpty()) {
                metadata.set("event", Fields.rest(line, "type", "data"));
            }
            events.accept(new RunStarted("session", at, id, null, null, "copilot", started, metadata));
            main = new LineRun("session", events);
            runs.put("", main);
        }
        String caller = Fields.text(line.path("data"), "parentToolCallId");
        String agent = Fields.text(line, "agentId");
        caller = caller == null && agent != null ? callOfAgent.get(agent) : caller;
        return caller == null || type.startsWith("subagent.") ? main : child(at, caller);
    }

    private LineRun child(Place at, String caller) {
        LineRun run = runs.get(caller);
        if (run == null) {
            String key = childKey(caller);
            String name = nameOfChild.getOrDefault(caller, "sub-agent");
            events.accept(new RunStarted(key, at, key, "session", null, name, null, Fields.object()));
            run = new LineRun(key, events);
            runs.put(caller, run);
        }
        return run;
    }

    private String childKey(String caller) {
        return (id == null ? "session" : id) + "/" + caller;
    }

    private void text(LineRun run, Place at, JsonNode line, Role role) {
        JsonNode content = line.path("data").path("content");
        MessageRead.Builder message = MessageRead.builder(run.key(), at, role);
        message.add(content.isTextual() ? new Part.Text(content.textValue()) : new Part.Other(content));
        message(run, message, line, Fields.rest(line.path("data"), "content"));
    }

    private void reasoning(LineRun run, Place at, JsonNode line) {
        MessageRead.Builder message = MessageRead.builder(run.key(), at, Role.ASSISTANT);
        message.add(new Part.Reasoning(line.path("data")));
        message(run, message, line, Fields.object());
    }

    private void assistant(LineRun run, Place at, JsonNode line) {
        ObjectNode data = Fields.rest(line.path("data"));
        MessageRead.Builder message = MessageRead.builder(run.key(), at, Role.ASSISTANT);
        ObjectNode thought = Fields.object();
        for (String member : REASONING) {
            if (!data.path(member).asText().isEmpty() && data.path(member).isTextual()) {
                thought.set(member, data.remove(member));
            }
        }
        if (!thought.isEmpty()) {
            message.add(new Part.Reasoning(thought));
        }
        JsonNode calls = data.path("toolRequests");
        JsonNode content = data.path("content");
        if (content.isTextual() && (!content.textValue().isEmpty() || (thought.isEmpty() && calls.isEmpty()))) {
            message.add(new Part.Text(content.textValue()));
            data.remove("content");
        }
        for (JsonNode call : calls) {
            String callId = Fields.text(call, "toolCallId");
            JsonNode input = Fields.json(call.path("arguments"));
            message.add(new Part.Call(callId, Fields.text(call, "name"), input, null, null, call));
            if (callId != null && askedEver.add(callId)) {
                asked.put(callId, call.path("arguments"));
            }
        }
        if (!calls.isEmpty()) {
            data.remove("toolRequests");
        }
        message(run, message, line, data);
        usage.message(run.key(), at, line);
    }

    /** The start of a call that a message asked for says when; its arguments are those of the message. */
    private void start(LineRun run, Place at, JsonNode line) {
        String call = Fields.text(line.path("data"), "toolCallId");
        if (call != null) {
            starts.put(call, new Start(at, line));
        }
        JsonNode arguments = call == null ? null : asked.get(call);
        if (arguments != null && arguments.equals(line.path("data").path("arguments"))) {
            ObjectNode shorter = Fields.rest(line);
            shorter.set("data", Fields.rest(line.path("data"), "arguments"));
            run.between(shorter);
        } else {
            run.between(line);
        }
    }

    private void complete(LineRun run, Place at, JsonNode line) {
        ObjectNode data = Fields.rest(line.path("data"), "toolCallId", "result", "error");
        String call = Fields.text(line.path("data"), "toolCallId");
        Start start = call == null ? null : starts.remove(call);
        if (call == null || askedEver.contains(call) || start == null) {
            Part.Answer answer = answer(line, call, start, data);
            message(run, MessageRead.builder(run.key(), at, Role.TOOL).add(answer), line, data);
            asked.remove(String.valueOf(call));
        } else {
            Part.Answer answer = answer(line, call, start, data);
            events.accept(new ToolUsed(run.key(), at, call, null, call(start), answer, data));
        }
    }

    private Part.Answer answer(JsonNode line, @Nullable String call, @Nullable Start start, ObjectNode rest) {
        JsonNode result = line.path("data").path("result");
        JsonNode failure = line.path("data").path("error");
        JsonNode content = result.path("content");
        ObjectNode further = Fields.rest(result, "content");
        if (!further.isEmpty()) {
            rest.set("result", further);
        }
        if (!content.isMissingNode() && !failure.isMissingNode()) {
            rest.set("error", failure);
        }
        Boolean success = Fields.truth(line.path("data").path("success"));
        JsonNode output = content.isMissingNode() ? failure : content;
        String child = call != null && runs.containsKey(call) ? childKey(call) : null;
        return new Part.Answer(
                        call,
                        null,
                        output.isMissingNode() ? null : output,
                        success == null ? Outcome.UNKNOWN : success ? Outcome.SUCCESS : Outcome.FAILED,
                        success == null ? null : "success",
                        start == null ? null : Fields.time(start.line(), "timestamp"),
                        Fields.time(line, "timestamp"))
                .started(child);
    }

    private static Part.Call call(Start start) {
        JsonNode data = start.line().path("data");
        return new Part.Call(
                Fields.text(data, "toolCallId"),
                Fields.text(data, "toolName"),
                Fields.json(data.path("arguments")),
                Fields.time(start.line(), "timestamp"),
                null,
                data);
    }

    private void other(LineRun run, Place at, JsonNode line, String type) {
        JsonNode data = line.path("data");
        String call = Fields.text(data, "toolCallId");
        switch (type) {
            case "subagent.started" -> {
                String agent = Fields.text(line, "agentId");
                if (agent != null && call != null) {
                    callOfAgent.put(agent, call);
                }
                if (call != null && Fields.text(data, "agentName") != null) {
                    nameOfChild.put(call, data.path("agentName").asText());
                }
            }
            case "subagent.failed" ->
                errorOfChild.put(String.valueOf(call), Objects.requireNonNullElse(Fields.text(data, "error"), type));
            case "session.resume" -> error = null;
            case "session.shutdown" -> {
                boolean failed = data.path("shutdownType").asText().equals("error");
                error = failed ? Objects.requireNonNullElse(Fields.text(data, "errorReason"), type) : null;
                usage.totals(run.key(), at, line);
            }
            default -> {
                if (!data.isObject()) {
                    run.warn(at, "data", "is not an object; the line is kept as it is");
                }
            }
        }
        run.seen(Fields.time(line, "timestamp"));
        run.between(line);
    }

    /** Tells of a message, with what its line says beyond it. */
    private void message(LineRun run, MessageRead.Builder message, JsonNode line, ObjectNode data) {
        Instant time = Fields.time(line, "timestamp");
        ObjectNode rest = Fields.rest(line, "id", "timestamp", "data");
        // Each event names the one before it.
        if (rest.path("parentId").asText().equals(latestId)) {
            rest.remove("parentId");
        }
        Rest.time(rest, line, "timestamp", time);
        if (!data.isEmpty()) {
            rest.set("data", data);
        }
        run.message(message.externalId(Fields.text(line, "id")), time, rest);
    }

    void end(Place at) {
        for (Start start : starts.values()) {
            Part.Call call = call(start);
            if (!askedEver.contains(String.valueOf(call.callId()))) {
                events.accept(new ToolUsed("session", start.place(), call.callId(), null, call, null, Fields.object()));
            }
        }
        runs.forEach((caller, run) -> {
            String why = caller.isEmpty() ? error : errorOfChild.get(caller);
            run.end(at, why == null ? null : TaskStatus.FAILED, why, null);
        });
    }
}
