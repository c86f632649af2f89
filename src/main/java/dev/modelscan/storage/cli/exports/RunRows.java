package dev.modelscan.storage.cli.exports;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.SCORES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Records;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.exports.StoredRuns.Head;
import dev.modelscan.storage.cli.imports.MessageReader.Whole;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** What is stored of a batch of conversations, by a few statements for all of them. */
final class RunRows {

    /** How many ids a statement takes. */
    private static final int MOST = 500;

    private final DSLContext dsl;
    private final List<Head> heads;
    private final Map<ConversationId, List<Message>> messages = new LinkedHashMap<>();
    private final Map<TaskId, Task> tasks = new HashMap<>();
    private final Map<MessageId, List<MessagePart>> parts = new HashMap<>();
    private final Map<MessageId, String> names = new HashMap<>();
    private final Map<MessageId, List<ToolExecution>> asked = new HashMap<>();
    private final Map<MessageId, List<ToolExecution>> answered = new HashMap<>();
    private final Map<TaskId, List<ModelCall>> calls = new HashMap<>();
    private final Map<MessageId, List<ModelCall>> callsOfMessages = new HashMap<>();
    private final Map<AgentId, String> agents = new HashMap<>();
    private final Set<TaskId> scored = new HashSet<>();
    private final Set<TaskId> silent = new HashSet<>();
    private final Set<ConversationId> compacted = new HashSet<>();
    private final Map<ConversationId, TaskId> parents = new HashMap<>();
    private final Map<TaskId, List<Run>> children = new HashMap<>();

    RunRows(DSLContext dsl, List<Head> heads) {
        this.dsl = dsl;
        this.heads = heads;
        readMessages();
        List<MessageId> ids = new ArrayList<>();
        messages.values().forEach(list -> list.forEach(message -> ids.add(message.id())));
        in(ids).forEach(this::readOf);
        in(taskIds()).forEach(this::readTasks);
        in(messages.keySet())
                .forEach(some -> compacted.addAll(dsl.selectDistinct(COMPACTIONS.CONVERSATION_ID)
                        .from(COMPACTIONS)
                        .where(COMPACTIONS.CONVERSATION_ID.in(some))
                        .fetch(COMPACTIONS.CONVERSATION_ID)));
        readAgents();
    }

    private void readMessages() {
        List<ConversationId> plain = new ArrayList<>();
        for (Head head : heads) {
            messages.put(head.id(), new ArrayList<>());
            if (head.head() == null) {
                plain.add(head.id());
            } else {
                StoredParts.path(dsl, head).forEach(this::add);
            }
        }
        in(plain).forEach(some -> dsl.selectFrom(MESSAGES)
                .where(MESSAGES.CONVERSATION_ID.in(some))
                .orderBy(MESSAGES.CONVERSATION_ID, MESSAGES.SEQUENCE_NUMBER)
                .fetch(Records::message)
                .forEach(this::add));
    }

    private void add(Message message) {
        messages.computeIfAbsent(message.conversationId(), id -> new ArrayList<>())
                .add(message);
    }

    private void readOf(List<MessageId> ids) {
        parts.putAll(StoredParts.of(dsl, ids));
        dsl.select(MESSAGE_ORIGINS.MESSAGE_ID, MESSAGE_ORIGINS.EXTERNAL_ID)
                .from(MESSAGE_ORIGINS)
                .where(MESSAGE_ORIGINS.MESSAGE_ID.in(ids))
                .forEach(row -> names.put(row.value1(), row.value2()));
        dsl.selectFrom(TOOL_EXECUTIONS)
                .where(TOOL_EXECUTIONS.MESSAGE_ID.in(ids))
                .orderBy(TOOL_EXECUTIONS.CREATED_AT, TOOL_EXECUTIONS.ID)
                .fetch(Records::toolExecution)
                .forEach(found -> add(asked, found.messageId(), found));
        dsl.selectFrom(TOOL_EXECUTIONS)
                .where(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.in(ids))
                .orderBy(TOOL_EXECUTIONS.CREATED_AT, TOOL_EXECUTIONS.ID)
                .fetch(Records::toolExecution)
                .forEach(found -> add(answered, found.answerMessageId(), found));
        dsl.selectFrom(MODEL_CALLS)
                .where(MODEL_CALLS.MESSAGE_ID.in(ids))
                .orderBy(MODEL_CALLS.CREATED_AT, MODEL_CALLS.ID)
                .fetch(Records::modelCall)
                .forEach(found -> add(callsOfMessages, found.messageId(), found));
    }

    private void readTasks(List<TaskId> ids) {
        dsl.selectFrom(TASKS).where(TASKS.ID.in(ids)).fetch(Records::task).forEach(task -> tasks.put(task.id(), task));
        dsl.selectFrom(MODEL_CALLS)
                .where(MODEL_CALLS.TASK_ID.in(ids))
                .orderBy(MODEL_CALLS.CREATED_AT, MODEL_CALLS.ID)
                .fetch(Records::modelCall)
                .forEach(call -> add(calls, call.taskId(), call));
        scored.addAll(dsl.selectDistinct(SCORES.TASK_ID)
                .from(SCORES)
                .where(SCORES.TASK_ID.in(ids))
                .fetch(SCORES.TASK_ID));
        silent.addAll(dsl.selectDistinct(TOOL_EXECUTIONS.TASK_ID)
                .from(TOOL_EXECUTIONS)
                .where(TOOL_EXECUTIONS.TASK_ID.in(ids))
                .and(TOOL_EXECUTIONS.MESSAGE_ID.isNull())
                .fetch(TOOL_EXECUTIONS.TASK_ID));
    }

    private void readAgents() {
        Set<AgentId> ids = new HashSet<>();
        messages.values().forEach(list -> list.forEach(message -> ids.add(message.senderId())));
        tasks.values().stream().map(Task::agentId).filter(Objects::nonNull).forEach(ids::add);
        in(ids).forEach(some -> dsl.select(AGENTS.ID, AGENTS.NAME)
                .from(AGENTS)
                .where(AGENTS.ID.in(some))
                .forEach(row -> agents.put(row.value1(), row.value2())));
    }

    private static <K, V> void add(Map<K, List<V>> map, @Nullable K key, V value) {
        if (key != null) {
            map.computeIfAbsent(key, unknown -> new ArrayList<>()).add(value);
        }
    }

    private static <T> List<List<T>> in(Collection<T> all) {
        List<T> list = List.copyOf(all);
        List<List<T>> some = new ArrayList<>();
        for (int from = 0; from < list.size(); from += MOST) {
            some.add(list.subList(from, Math.min(from + MOST, list.size())));
        }
        return some;
    }

    /** The tasks that the conversations may be about: the one with the conversation's id, and those of messages. */
    private Set<TaskId> taskIds() {
        Set<TaskId> ids = new HashSet<>();
        for (Head head : heads) {
            ids.add(new TaskId(head.id().value()));
        }
        messages.values().forEach(list -> list.stream()
                .map(Message::taskId)
                .filter(Objects::nonNull)
                .forEach(ids::add));
        return ids;
    }

    /** The tasks that the runs are of. Messages of a sub-agent may be about its parent's task, which has it as a child. */
    Set<TaskId> ownTaskIds() {
        Set<TaskId> ids = new HashSet<>();
        for (Head head : heads) {
            Task task = taskOf(head);
            if (task != null) {
                ids.add(task.id());
            }
        }
        return ids;
    }

    void expectChild(ConversationId child, @Nullable TaskId parent) {
        if (parent != null) {
            parents.put(child, parent);
        }
    }

    void addChild(ConversationId child, Run run) {
        add(children, parents.get(child), run);
    }

    Map<ConversationId, Run> runs() {
        Map<ConversationId, Run> runs = new LinkedHashMap<>();
        for (Head head : heads) {
            runs.put(head.id(), new RunMaker(this, head, blob -> StoredParts.blob(dsl, blob)).make());
        }
        return runs;
    }

    /** The task with the conversation's id, else that of its first message about one. */
    @Nullable
    Task taskOf(Head head) {
        Task own = tasks.get(new TaskId(head.id().value()));
        if (own != null) {
            return own;
        }
        return messagesOf(head).stream()
                .map(message -> message.taskId() == null ? null : tasks.get(message.taskId()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    List<Message> messagesOf(Head head) {
        return messages.getOrDefault(head.id(), List.of());
    }

    Whole whole(Message message) {
        MessageId id = message.id();
        return new Whole(
                message,
                parts.getOrDefault(id, List.of()),
                asked.getOrDefault(id, List.of()),
                answered.getOrDefault(id, List.of()));
    }

    @Nullable
    String nameOf(MessageId message) {
        return names.get(message);
    }

    @Nullable
    String agent(@Nullable AgentId id) {
        return id == null ? null : agents.get(id);
    }

    /** The calls for the task, and those that a message answered, also without a task. */
    List<ModelCall> callsOf(Head head, @Nullable Task task) {
        Map<ModelCallId, ModelCall> all = new LinkedHashMap<>();
        if (task != null) {
            calls.getOrDefault(task.id(), List.of()).forEach(call -> all.put(call.id(), call));
        }
        for (Message message : messagesOf(head)) {
            callsOfMessages.getOrDefault(message.id(), List.of()).forEach(call -> all.put(call.id(), call));
        }
        return List.copyOf(all.values());
    }

    List<Run> childrenOf(TaskId task) {
        return children.getOrDefault(task, List.of());
    }

    boolean hasSummaries(Head head) {
        return compacted.contains(head.id());
    }

    boolean hasScores(TaskId task) {
        return scored.contains(task);
    }

    /** Whether a tool was used for a task of which no message tells. */
    boolean hasSilentTools(TaskId task) {
        return silent.contains(task);
    }
}
