package dev.modelscan.storage.support;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A database with some hundred rows of each kind, and factories for rows that no test has used. */
public final class FilledDatabase implements AutoCloseable {

    public static final Instant START = Instant.parse("2025-12-18T09:30:00Z");

    public final Database db;
    public final Agent agent;
    public final Agent receiver;
    public final Team team;
    public final Workflow workflow;
    public final Task task;
    public final ConversationId conversation;
    public final Source source;
    public final Message asked;

    public final ConversationId branched = ConversationId.next();
    private int made;

    public FilledDatabase(Path file) {
        this(Database.open(file));
    }

    /** Fills the database. Closing this closes it. */
    public FilledDatabase(Database empty) {
        db = empty;
        List<Agent> agents = new ArrayList<>();
        List<Team> teams = new ArrayList<>();
        List<Workflow> workflows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            agents.add(newAgent(AgentStatus.values()[i % AgentStatus.values().length]));
            teams.add(newTeam());
            workflows.add(Workflow.builder()
                    .name("workflow " + i)
                    .status(WorkflowStatus.values()[i % WorkflowStatus.values().length])
                    .build());
        }
        db.agents().createAll(agents);
        db.teams().createAll(teams);
        db.workflows().createAll(workflows);
        agent = agents.get(0);
        receiver = agents.get(1);
        team = teams.get(0);
        workflow = workflows.get(0);
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            tasks.add(Task.builder()
                    .agentId(agents.get(i % 20).id())
                    .teamId(teams.get(i % 20).id())
                    .workflowId(workflows.get(i % 20).id())
                    .type("summarise")
                    .priority(i % 5)
                    .status(TaskStatus.values()[i % TaskStatus.values().length])
                    .build());
        }
        db.tasks().createAll(tasks);
        task = tasks.get(0);
        fillHistory(agents, teams, tasks);
        asked = db.messages().list(1, 0).get(0);
        conversation = asked.conversationId();
        source = Source.builder().format("atif").name("run 0").build();
        fillImported(agents, tasks);
        for (int i = 0; i < 8; i++) {
            firstOfNewBranch();
        }
    }

    private void fillHistory(List<Agent> agents, List<Team> teams, List<Task> tasks) {
        List<Message> messages = new ArrayList<>();
        List<ToolExecution> executions = new ArrayList<>();
        ConversationId talk = ConversationId.next();
        for (int i = 0; i < 400; i++) {
            messages.add(newMessage(talk)
                    .senderId(agents.get(i % 20).id())
                    .receiverId(agents.get((i + 1) % 20).id())
                    .taskId(tasks.get(i % 20).id())
                    .teamId(teams.get(i % 20).id())
                    .parts(i % 4 == 0 ? List.of(MessagePart.text("hello"), storedImage()) : List.of())
                    .build());
            executions.add(ToolExecution.builder()
                    .agentId(agents.get(i % 20).id())
                    .taskId(tasks.get(i % 20).id())
                    .toolName("tool " + i % 7)
                    .status(ToolExecutionStatus.values()[i % ToolExecutionStatus.values().length])
                    .build());
        }
        db.messages().createAll(messages);
        db.toolExecutions().createAll(executions);
        db.useTx(tx -> {
            for (int i = 0; i < 400; i++) {
                tx.teams().addMember(teams.get(i / 3).id(), agents.get(i % 200).id());
            }
        });
    }

    private void fillImported(List<Agent> agents, List<Task> tasks) {
        List<Source> sources = new ArrayList<>(List.of(source));
        List<Task> imported = new ArrayList<>();
        List<Workflow> workflows = new ArrayList<>();
        List<ModelCall> calls = new ArrayList<>();
        List<Score> scores = new ArrayList<>();
        List<ToolExecution> linked = new ArrayList<>();
        Map<MessageId, Origin> origins = new LinkedHashMap<>();
        List<Message> messages = db.messages().list(400, 0);
        for (int i = 0; i < 400; i++) {
            sources.add(Source.builder().format("format " + i % 20).name("run").build());
            Origin origin = Origin.of(sources.get(i % 20), "record " + i);
            imported.add(newImported("record " + i).toBuilder()
                    .origin(origin)
                    .parentId(tasks.get(i % 20).id())
                    .build());
            workflows.add(Workflow.builder().name("imported").origin(origin).build());
            origins.put(messages.get(i).id(), Origin.of(source, "m" + i));
            calls.add(ModelCall.builder()
                    .taskId(tasks.get(i % 20).id())
                    .agentId(agents.get(i % 20).id())
                    .messageId(messages.get(i % 20).id())
                    .sourceFormat("format " + i % 20)
                    .externalId("call " + i)
                    .build());
            scores.add(Score.builder()
                    .taskId(tasks.get(i % 20).id())
                    .name(i % 20 == 0 ? "reward" : "score " + i % 20)
                    .value(BigDecimal.ONE)
                    .build());
            linked.add(newExecution().toBuilder()
                    .messageId(messages.get(i % 20).id())
                    .answerMessageId(messages.get((i + 1) % 20).id())
                    .callId("call " + i % 20)
                    .childTaskId(tasks.get(i % 20).id())
                    .build());
        }
        sources.addAll(Stream.generate(
                        () -> Source.builder().format("atif").name("other").build())
                .limit(20)
                .toList());
        db.sources().createAll(sources);
        db.tasks().createAll(imported);
        db.workflows().createAll(workflows);
        db.messages().putOrigins(origins);
        db.modelCalls().createAll(calls);
        db.scores().createAll(scores);
        db.toolExecutions().createAll(linked);
        for (int i = 0; i < 20; i++) {
            db.conversations().create(Conversation.builder().build());
        }
    }

    public Task newImported(String externalId) {
        return Task.builder()
                .type("imported")
                .status(TaskStatus.COMPLETED)
                .origin(Origin.of("atif", externalId))
                .build();
    }

    public Score newScore() {
        return Score.builder()
                .taskId(task.id())
                .name("reward")
                .value(BigDecimal.ONE)
                .build();
    }

    /** Ten messages of a new branch, which begins within the one before; the first of them. */
    public Message firstOfNewBranch() {
        List<Message> latest = db.messages().listLatest(branched, 5);
        List<Message> made = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            boolean forks = i == 0 && !latest.isEmpty();
            made.add(newMessage(branched)
                    .parentId(forks ? latest.get(0).id() : null)
                    .build());
        }
        return db.messages().createAll(made).get(0);
    }

    public Agent newAgent(AgentStatus status) {
        return Agent.builder()
                .name("agent " + made++)
                .mode("llm")
                .status(status)
                .build();
    }

    public Team newTeam() {
        return Team.builder().name("team " + made++).build();
    }

    public Message.Builder newMessage(ConversationId talk) {
        return Message.builder()
                .conversationId(talk)
                .senderId(agent == null ? AgentId.next() : agent.id())
                .contentType(ContentType.TEXT)
                .content("hello");
    }

    public Agent storedAgent(AgentStatus status) {
        return db.agents().create(newAgent(status));
    }

    public Team storedTeam() {
        return db.teams().create(newTeam());
    }

    public Task storedTask(TaskStatus status) {
        return db.tasks().create(Task.builder().type("summarise").status(status).build());
    }

    public Workflow storedWorkflow() {
        return db.workflows().create(Workflow.builder().name("new").build());
    }

    public Message storedMessage() {
        return db.messages()
                .create(newMessage(conversation).receiverId(receiver.id()).build());
    }

    /** Bytes that no blob has yet. */
    public byte[] newBytes(int length) {
        return Arrays.copyOf(new byte[] {(byte) made, (byte) (made >> 8), (byte) (made++ >> 16)}, length);
    }

    public MessagePart storedImage() {
        return MessagePart.image("image/png", db.blobs().write(newBytes(20)).id());
    }

    public ToolExecution newExecution() {
        return ToolExecution.builder()
                .agentId(agent.id())
                .taskId(task.id())
                .toolName("search")
                .build();
    }

    public ToolExecution storedExecution() {
        return db.toolExecutions().create(newExecution());
    }

    public ToolExecution runningExecution() {
        return db.toolExecutions().start(storedExecution().id());
    }

    @Override
    public void close() {
        db.close();
    }
}
