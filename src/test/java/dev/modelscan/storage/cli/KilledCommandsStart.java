package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.testkit.ReleasedSchemas;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What the commands of {@link KilledCommandsTest} begin with: databases of some thousand rows, and files. */
final class KilledCommandsStart {

    static final String ANN = "0190f3a0-0000-7000-8000-000000000001";

    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    private KilledCommandsStart() {}

    /** With deleted records, and if so wanted with an audit log and an index of search. */
    static void fill(DatabaseBuilder place, boolean withAll) {
        try (Database db = place.keepDeleted(Duration.ofDays(30)).open()) {
            if (withAll) {
                db.search().enable();
                db.audit().enable();
            }
            say(db, agent(db, ANN, "ann"), "talk", 40, Instant.now());
            Agent bob = agent(db, AgentId.next().value(), "bob");
            for (int i = 0; i < 12; i++) {
                say(db, bob, "old " + i, 5, LONG_AGO.plusSeconds(i));
            }
            delete(db);
            db.audit().seal();
        }
    }

    private static Agent agent(Database db, String id, String name) {
        return db.agents()
                .create(Agent.builder()
                        .id(new AgentId(id))
                        .name(name)
                        .mode("human")
                        .build());
    }

    private static void delete(Database db) {
        db.tasks().list(20, 0).forEach(task -> db.tasks().delete(task.id()));
        for (int i = 0; i < 5; i++) {
            db.conversations().delete(new ConversationId("old " + i));
        }
    }

    private static void say(Database db, Agent agent, String talk, int messages, Instant at) {
        ConversationId id = new ConversationId(talk);
        db.conversations().create(Conversation.builder().id(id).createdAt(at).build());
        List<Task> tasks = new ArrayList<>();
        List<Message> said = new ArrayList<>();
        List<ToolExecution> executions = new ArrayList<>();
        List<ModelCall> calls = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            tasks.add(Task.builder()
                    .agentId(agent.id())
                    .type("talk")
                    .status(TaskStatus.COMPLETED)
                    .completedAt(at)
                    .createdAt(at)
                    .build());
            String text = talk + " " + i + " secret ".repeat(20);
            said.add(Message.builder()
                    .conversationId(id)
                    .senderId(agent.id())
                    .taskId(tasks.get(i).id())
                    .content(text)
                    .parts(MessagePart.text(text))
                    .createdAt(at.plusMillis(i))
                    .build());
            executions.add(ToolExecution.builder()
                    .agentId(agent.id())
                    .messageId(said.get(i).id())
                    .toolName("look")
                    .status(ToolExecutionStatus.SUCCESS)
                    .input(Json.of(text))
                    .completedAt(at)
                    .createdAt(at)
                    .build());
            calls.add(ModelCall.builder()
                    .agentId(agent.id())
                    .messageId(said.get(i).id())
                    .model("m")
                    .createdAt(at)
                    .build());
        }
        db.tasks().createAll(tasks);
        db.messages().createAll(said);
        db.toolExecutions().createAll(executions);
        db.modelCalls().createAll(calls);
    }

    /** Runs in the form of OpenAI, each with a question and an answer of so many words. */
    static void writeRuns(Path file, int runs, int asked, int answered) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < runs; i++) {
            text.append("{\"messages\":[{\"role\":\"user\",\"content\":\"question ")
                    .append(i)
                    .append(" why ".repeat(asked))
                    .append("\"},{\"role\":\"assistant\",\"content\":\"answer ")
                    .append(i)
                    .append(" so ".repeat(answered))
                    .append("\"}]}\n");
        }
        Files.writeString(file, text);
    }

    /** A database of the oldest schema. */
    static void older(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            ReleasedSchemas.create(connection, ReleasedSchemas.versions().get(0));
        }
    }
}
