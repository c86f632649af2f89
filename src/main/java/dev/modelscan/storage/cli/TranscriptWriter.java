package dev.modelscan.storage.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Creates the messages and tool executions of one transcript. */
final class TranscriptWriter {

    private final TaskId task;
    private final Map<String, AgentId> agents;
    private final Instant now;
    private final List<Message> messages = new ArrayList<>();
    private final Map<ToolExecutionId, ToolExecution> executions = new LinkedHashMap<>();

    // An id may be used again after its answer. An answer belongs to the oldest unanswered call with its id.
    private final Map<String, Deque<ToolExecutionId>> openCalls = new HashMap<>();

    /** Takes the agent of each role in the transcript. */
    TranscriptWriter(TaskId task, Map<String, AgentId> agents, Instant now) {
        this.task = task;
        this.agents = agents;
        this.now = now;
    }

    void add(ObjectNode message) throws MalformedRecordException {
        MessageId id = new MessageId(task.value() + String.format(Locale.ROOT, ":%06d", messages.size() + 1));
        switch (Transcript.role(message)) {
            case "assistant" -> {
                if (Transcript.callsTools(message)) {
                    addCalls(id, message);
                } else {
                    addText(id, message, "user");
                }
            }
            case "tool" -> addAnswer(id, message);
            default -> addText(id, message, "assistant");
        }
    }

    List<Message> messages() {
        return messages;
    }

    /** The tool executions, in the order of their calls. */
    List<ToolExecution> executions() {
        return List.copyOf(executions.values());
    }

    private void addText(MessageId id, ObjectNode message, String receiver) {
        ContentType type = message.path("content").isContainerNode() ? ContentType.JSON : ContentType.TEXT;
        addMessage(id, message, receiver, type, content(message), metadata(message));
    }

    private void addCalls(MessageId id, ObjectNode message) {
        ObjectNode command = message.objectNode();
        for (String member : List.of("content", "tool_calls")) {
            if (message.has(member)) {
                command.set(member, message.get(member));
            }
        }
        ObjectNode metadata = message.deepCopy().without(Set.of("role", "content", "tool_calls"));
        addMessage(id, message, "tool", ContentType.COMMAND, Json.of(command).toString(), metadata);
        int number = 0;
        for (JsonNode call : message.path("tool_calls")) {
            ToolExecutionId key = new ToolExecutionId(id.value() + String.format(Locale.ROOT, ":%03d", ++number));
            String callId = call.path("id").asText();
            ToolExecution.Builder execution = ToolExecution.builder()
                    .id(key)
                    .agentId(agent("assistant"))
                    .taskId(task)
                    .toolName(call.path("function").path("name").asText())
                    .metadata(Map.of("tool_call_id", callId, "call_message_id", id.value()))
                    .createdAt(now);
            JsonNode arguments = call.path("function").path("arguments");
            if (!arguments.isMissingNode()) {
                execution.input(json(arguments));
            }
            executions.put(key, execution.build());
            openCalls.computeIfAbsent(callId, unknown -> new ArrayDeque<>()).add(key);
        }
    }

    private void addAnswer(MessageId id, ObjectNode message) throws MalformedRecordException {
        String callId = message.path("tool_call_id").asText();
        Deque<ToolExecutionId> open = openCalls.get(callId);
        if (open == null || open.isEmpty()) {
            throw new MalformedRecordException("message " + (messages.size() + 1)
                    + " answers no open tool call: tool_call_id is \"" + callId + "\"");
        }
        String content = content(message);
        boolean failed = content.startsWith("Error");
        addMessage(
                id, message, "assistant", failed ? ContentType.ERROR : ContentType.SUCCESS, content, metadata(message));
        executions.computeIfPresent(open.remove(), (key, call) -> call.toBuilder()
                .status(failed ? ToolExecutionStatus.FAILED : ToolExecutionStatus.SUCCESS)
                .output(json(message.path("content")))
                .error(failed ? content : null)
                .metadata(Map.of(
                        "tool_call_id", callId,
                        "call_message_id",
                                call.metadata().toNode().path("call_message_id").asText(),
                        "answer_message_id", id.value()))
                // A transcript has no times. Without a start, a failed execution would count as never
                // started.
                .startedAt(now)
                .completedAt(now)
                .build());
    }

    private void addMessage(
            MessageId id, ObjectNode message, String receiver, ContentType type, String content, JsonNode metadata) {
        messages.add(Message.builder()
                .id(id)
                .conversationId(new ConversationId(task.value()))
                .senderId(agent(Transcript.role(message)))
                .receiverId(agent(receiver))
                .taskId(task)
                .contentType(type)
                .content(content)
                .metadata(Json.of(metadata))
                .createdAt(now)
                .build());
    }

    private AgentId agent(String role) {
        AgentId id = agents.get(role);
        if (id == null) {
            throw new IllegalStateException("no agent for the role " + role);
        }
        return id;
    }

    /** Text unchanged; a list of parts as JSON; null as empty text, which the metadata tells apart. */
    private static String content(ObjectNode message) {
        JsonNode content = message.path("content");
        return content.isContainerNode() ? Json.of(content).toString() : content.isNull() ? "" : content.asText();
    }

    private static ObjectNode metadata(ObjectNode message) {
        ObjectNode metadata = message.deepCopy().without("role");
        return message.path("content").isNull() ? metadata : metadata.without("content");
    }

    /** Parses text that is JSON; wraps other text in a JSON string. */
    private static Json json(JsonNode value) {
        if (!value.isTextual()) {
            return Json.of(value.isMissingNode() ? TextNode.valueOf("") : value);
        }
        try {
            return Json.parse(value.asText());
        } catch (InvalidDataException e) {
            return Json.of(value);
        }
    }
}
