package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects records, and stores them together: messages first, since the others refer to them. */
final class Batch {

    private static final int MOST_RECORDS = 500;
    private static final long MOST_CHARACTERS = 4L << 20;

    private final Tx tx;
    private final List<Message> messages = new ArrayList<>();
    private final Map<MessageId, Origin> origins = new LinkedHashMap<>();
    private final List<ToolExecution> executions = new ArrayList<>();
    private final List<ModelCall> modelCalls = new ArrayList<>();
    private final List<ModelCall> changedCalls = new ArrayList<>();
    private final List<Score> scores = new ArrayList<>();
    private long characters;
    private long messageCount;
    private long executionCount;
    private long failures;
    private long modelCallCount;

    Batch(Tx tx) {
        this.tx = tx;
    }

    void add(Message message, Origin origin) {
        messages.add(message);
        origins.put(message.id(), origin);
        messageCount++;
        characters += message.content().length() + message.metadata().toString().length();
        for (MessagePart part : message.parts()) {
            characters += part.text() == null ? 100 : part.text().length();
            characters += part.data() == null ? 0 : part.data().toString().length();
        }
        flushIfFull();
    }

    void add(ToolExecution execution) {
        executions.add(execution);
        executionCount++;
        failures += execution.status() == ToolExecutionStatus.FAILED ? 1 : 0;
        characters +=
                execution.output() == null ? 0 : execution.output().toString().length();
        flushIfFull();
    }

    void add(ModelCall call) {
        modelCalls.add(call);
        modelCallCount++;
    }

    /** Changes a stored call, once the message that it refers to is stored. */
    void change(ModelCall call) {
        changedCalls.add(call);
    }

    void add(Score score) {
        scores.add(score);
    }

    Stored finish() {
        flush();
        return new Stored(messageCount, executionCount, failures, modelCallCount);
    }

    private void flushIfFull() {
        if (messages.size() + executions.size() >= MOST_RECORDS || characters > MOST_CHARACTERS) {
            flush();
        }
    }

    private void flush() {
        if (!messages.isEmpty()) {
            tx.messages().createAll(messages);
            tx.messages().putOrigins(origins);
        }
        if (!executions.isEmpty()) {
            tx.toolExecutions().createAll(executions);
        }
        if (!modelCalls.isEmpty()) {
            tx.modelCalls().createMissing(modelCalls);
        }
        changedCalls.forEach(tx.modelCalls()::update);
        if (!scores.isEmpty()) {
            tx.scores().createAll(scores);
        }
        messages.clear();
        origins.clear();
        executions.clear();
        modelCalls.clear();
        changedCalls.clear();
        scores.clear();
        characters = 0;
    }
}
