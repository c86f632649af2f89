package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Fills a database by steps that a seed chooses. What the library refuses is left out. */
final class RandomDatabase {

    private static final String[] TEXTS = {
        "",
        "hi",
        "a\tb\r\nc",
        "\u2028 \u0085",
        "\ud83d\ude00\ud83c\udff3",
        "\u00e9 e\u0301",
        "'\"\\u0000",
        "\u0001\u007f",
        " x ",
        "{\"a\":1}"
    };
    private static final String[] VALUES = {
        "{}",
        "{\"b\":1,\"a\":[]}",
        "{\"n\":1.0,\"m\":1e2,\"o\":12345678901234567890.123456789,\"p\":1E-300}",
        "{\"\":null,\"\u00e9\":\"\ud83d\ude00\",\"\ud83d\ude00\":{\"z\":[true,[],{}]}}",
        "{\"big\":9007199254740993,\"zero\":0.000,\"text\":\"a\\u0001b\"}"
    };

    private final Database db;
    private final Random random;
    private final List<AgentId> agents = new ArrayList<>();
    private final List<TeamId> teams = new ArrayList<>();
    private final List<SourceId> sources = new ArrayList<>();
    private final List<WorkflowId> workflows = new ArrayList<>();
    private final List<TaskId> tasks = new ArrayList<>();
    private final List<ConversationId> conversations = new ArrayList<>();
    private final List<MessageId> messages = new ArrayList<>();
    private final List<ToolExecutionId> executions = new ArrayList<>();
    private final List<BlobId> blobs = new ArrayList<>();
    private int names;

    RandomDatabase(Database db, long seed) {
        this.db = db;
        this.random = new Random(seed);
    }

    void fill(int steps) {
        agent();
        conversation();
        for (int i = 0; i < steps; i++) {
            try {
                step(random.nextInt(22));
            } catch (StorageException | IllegalArgumentException e) {
                // Such as a fork inside of a call, or a change of what is final.
            }
        }
    }

    private void step(int what) {
        switch (what) {
            case 0 -> agent();
            case 1 -> team();
            case 2 -> source();
            case 3 -> workflow();
            case 4, 5 -> task();
            case 6 -> conversation();
            case 7 -> blobs.add(db.blobs().write(bytes()).id());
            case 8 -> fork();
            case 9 ->
                db.conversations().compact(any(conversations), any(messages), text(), InsideToolCall.MOVE_BEFORE_CALL);
            case 10 -> modelCall();
            case 11 -> score();
            case 12, 13 -> execution();
            case 14 -> delete();
            case 15 -> end();
            default -> message();
        }
    }

    private void agent() {
        agents.add(db.agents()
                .create(Agent.builder()
                        .name(name())
                        .mode("llm")
                        .metadata(json())
                        .createdAt(time())
                        .build())
                .id());
    }

    private void team() {
        TeamId id = db.teams()
                .create(Team.builder().name(name()).metadata(json()).build())
                .id();
        teams.add(id);
        db.teams().addMember(id, any(agents), "lead");
        db.teams().addMember(id, any(agents));
    }

    private void source() {
        sources.add(db.sources()
                .create(Source.builder()
                        .format("openai")
                        .name(name())
                        .bytes(random.nextBoolean() ? null : random.nextLong(1L << 40))
                        .importedAt(time())
                        .build())
                .id());
    }

    private Origin origin() {
        return new Origin(
                "openai",
                random.nextBoolean() ? null : "external " + ++names,
                sources.isEmpty() ? null : any(sources),
                random.nextBoolean() ? null : 1L + random.nextInt(9),
                random.nextBoolean() ? null : 1L + random.nextInt(9),
                random.nextBoolean() ? null : random.nextLong(1L << 50));
    }

    private void workflow() {
        Workflow.Builder workflow = Workflow.builder().name(name()).metadata(json());
        workflows.add(db.workflows()
                .create(
                        sources.isEmpty()
                                ? workflow.build()
                                : workflow.origin(origin()).build())
                .id());
    }

    private void task() {
        Task.Builder task = Task.builder()
                .type("plan")
                .priority(random.nextInt(3))
                .metadata(json())
                .agentId(random.nextBoolean() ? null : any(agents))
                .createdAt(time());
        if (!tasks.isEmpty() && random.nextBoolean()) {
            task.parentId(any(tasks));
        }
        if (!teams.isEmpty() && random.nextBoolean()) {
            task.teamId(any(teams));
        }
        if (!workflows.isEmpty() && random.nextBoolean()) {
            task.workflowId(any(workflows));
        }
        if (!sources.isEmpty() && random.nextBoolean()) {
            task.origin(origin());
        }
        tasks.add(db.tasks().create(task.build()).id());
    }

    private void conversation() {
        Conversation.Builder conversation = Conversation.builder()
                .title(random.nextBoolean() ? null : name())
                .createdAt(time());
        if (!tasks.isEmpty() && random.nextBoolean()) {
            conversation.id(new ConversationId(any(tasks).value()));
        }
        conversations.add(db.conversations().create(conversation.build()).id());
    }

    private void message() {
        Message.Builder message = Message.builder()
                .conversationId(any(conversations))
                .senderId(any(agents))
                .receiverId(random.nextInt(4) > 0 ? null : any(agents))
                .taskId(tasks.isEmpty() || random.nextBoolean() ? null : any(tasks))
                .role(MessageRole.values()[random.nextInt(MessageRole.values().length)])
                .content(text())
                .metadata(json())
                .createdAt(time());
        List<MessagePart> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            parts.add(part());
        }
        Message stored = db.messages().create(message.parts(parts).build());
        messages.add(stored.id());
        if (!sources.isEmpty() && random.nextBoolean()) {
            db.messages().putOrigins(Map.of(stored.id(), origin()));
        }
        if (random.nextInt(5) == 0) {
            db.messages().markRead(stored.id());
        }
    }

    private MessagePart part() {
        PartKind kind = PartKind.values()[random.nextInt(PartKind.values().length)];
        MessagePart.Builder part = MessagePart.builder(kind).data(random.nextBoolean() ? null : json());
        if (!blobs.isEmpty() && random.nextBoolean()) {
            part.blobId(any(blobs)).mediaType("image/png");
        } else {
            part.text(text());
        }
        return part.name(random.nextBoolean() ? null : name())
                .callId(random.nextBoolean() ? null : "call")
                .build();
    }

    private void fork() {
        Message at = db.messages().get(any(messages));
        db.conversations().fork(at.conversationId(), at.id(), InsideToolCall.MOVE_BEFORE_CALL);
    }

    private void execution() {
        ToolExecution.Builder execution = ToolExecution.builder()
                .agentId(any(agents))
                .toolName(name())
                .callId(random.nextBoolean() ? null : "call")
                .input(random.nextBoolean() ? null : json())
                .metadata(json())
                .createdAt(time());
        if (!tasks.isEmpty()) {
            execution.taskId(any(tasks)).childTaskId(random.nextBoolean() ? null : any(tasks));
        }
        if (!messages.isEmpty()) {
            execution.messageId(any(messages)).answerMessageId(random.nextBoolean() ? null : any(messages));
        }
        executions.add(db.toolExecutions().create(execution.build()).id());
    }

    private void modelCall() {
        ModelCall.Builder call = ModelCall.builder()
                .agentId(any(agents))
                .model(random.nextBoolean() ? null : name())
                .inputTokens(random.nextBoolean() ? null : random.nextLong(1L << 40))
                .cost(new BigDecimal("0.00000000123"))
                .currency("USD")
                .createdAt(time());
        if (!tasks.isEmpty()) {
            call.taskId(any(tasks));
        }
        if (!messages.isEmpty()) {
            call.messageId(any(messages));
        }
        db.modelCalls().create(call.build());
    }

    private void score() {
        db.scores()
                .create(Score.builder()
                        .taskId(any(tasks))
                        .name(name())
                        .value(new BigDecimal(random.nextBoolean() ? "0.10" : "-12345678901234.5"))
                        .source(random.nextBoolean() ? null : name())
                        .metadata(json())
                        .createdAt(time())
                        .build());
    }

    private void end() {
        if (random.nextBoolean()) {
            db.tasks().complete(any(tasks), json());
        } else {
            db.toolExecutions().fail(any(executions), text());
        }
    }

    private void delete() {
        switch (random.nextInt(6)) {
            case 0 -> db.messages().delete(any(messages));
            case 1 -> db.tasks().delete(any(tasks));
            case 2 -> db.toolExecutions().delete(any(executions));
            case 3 -> db.conversations().delete(any(conversations));
            case 4 -> db.teams().delete(any(teams));
            default -> db.workflows().delete(any(workflows));
        }
    }

    private <T> T any(List<T> list) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException("nothing of it yet");
        }
        return list.get(random.nextInt(list.size()));
    }

    private String name() {
        String name = TEXTS[random.nextInt(TEXTS.length)].strip() + " " + ++names;
        return random.nextInt(20) == 0 ? "x".repeat(200) + name : name;
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private Json json() {
        return Json.parse(VALUES[random.nextInt(VALUES.length)]);
    }

    /** Shared ones are equal; a few have more than one piece. */
    private byte[] bytes() {
        return ("bytes " + random.nextInt(4))
                .repeat(random.nextInt(20) == 0 ? 200_000 : 1)
                .getBytes(StandardCharsets.UTF_8);
    }

    private Instant time() {
        return switch (random.nextInt(4)) {
            case 0 -> Instant.parse("0001-01-01T00:00:00.000001Z");
            case 1 -> Instant.parse("9999-12-31T23:59:59.999999Z");
            case 2 -> Instant.parse("1969-12-31T23:59:59.5Z");
            default -> Instant.parse("2026-01-02T03:04:05Z").plusNanos(random.nextInt(1_000) * 1_000L);
        };
    }
}
