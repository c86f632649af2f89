package dev.modelscan.storage.analytics;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Conditions;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.tools.ToolFailures;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnalyticsTest {

    private final Database db = Database.inMemory();
    private final Analytics analytics = new Analytics(db);

    @AfterEach
    void close() {
        db.close();
    }

    @Test
    void anEmptyDatabaseHasZeros() {
        assertThat(analytics.tasksByStatus())
                .hasSize(TaskStatus.values().length)
                .allMatch(row -> row.tasks() == 0);
        assertThat(db.toolExecutions().listFailures(10)).isEmpty();
        assertThat(analytics.conversationSizes()).isEqualTo(new ConversationSizes(0, 0, 0, 0, 0));
        assertThat(analytics.largestConversations(10)).isEmpty();
        assertThat(analytics.busiestAgents(10)).isEmpty();
    }

    @Test
    void countsWhatIsThere() {
        Agent ann = agent("ann", Map.of());
        Agent bob = agent("bob", Map.of());
        db.tasks().create(Task.builder().agentId(bob.id()).type("t").build());
        db.tasks().create(Task.builder().type("t").status(TaskStatus.FAILED).build());
        send(ann, "a", 1);
        send(ann, "b", 4);
        send(bob, "c", 2);
        use(bob, "find", ToolExecutionStatus.SUCCESS, ToolExecutionStatus.FAILED, ToolExecutionStatus.TIMEOUT);
        use(bob, "add", ToolExecutionStatus.PENDING);

        assertThat(analytics.tasksByStatus())
                .contains(new TaskCount(TaskStatus.PENDING, 1), new TaskCount(TaskStatus.FAILED, 1));
        assertThat(db.toolExecutions().listFailures(10))
                .containsExactly(new ToolFailures("find", 3, 1, 2), new ToolFailures("add", 1, 0, 0));
        assertThat(db.toolExecutions().listFailures(10))
                .extracting(ToolFailures::failureRate)
                .containsExactly(2 / 3.0, 0.0);
        assertThat(analytics.tools(10)).extracting(ToolActivity::failures).containsExactly(2L, 0L);
        assertThat(analytics.conversationSizes()).isEqualTo(new ConversationSizes(3, 7, 1, 2, 4));
        assertThat(analytics.largestConversations(2))
                .containsExactly(
                        new ConversationSize(new ConversationId("b"), 4),
                        new ConversationSize(new ConversationId("c"), 2));
        assertThat(analytics.busiestAgents(10))
                .containsExactly(
                        new AgentActivity(ann.id(), "ann", 5, 0, 0), new AgentActivity(bob.id(), "bob", 2, 4, 1));
        send(bob, "d", 3);
        assertThat(analytics.conversationSizes().median()).isEqualTo(2.5);
    }

    @Test
    void whatHasNotEndedIsInNoRateOfFailures() {
        Agent ann = agent("ann", Map.of());
        use(ann, "find", ToolExecutionStatus.FAILED, ToolExecutionStatus.PENDING, ToolExecutionStatus.RUNNING);
        use(ann, "add", ToolExecutionStatus.PENDING);

        assertThat(db.toolExecutions().listFailures(10))
                .extracting(ToolFailures::failureRate)
                .containsExactly(1.0, 0.0);
        assertThat(analytics.tools(10)).extracting(ToolActivity::failureRate).containsExactly(1.0, 0.0);
    }

    @Test
    void limitsAreChecked() {
        assertThatThrownBy(() -> db.toolExecutions().listFailures(0))
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> analytics.largestConversations(10_001))
                .isExactlyInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> analytics.busiestAgents(-1)).isExactlyInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textHasNoMeaningInAPattern() {
        for (String name : List.of("50% off", "500 off", "a_b", "axb", "a\\b", "it's", "Größe")) {
            agent(name, Map.of());
        }

        assertThat(names(Conditions.contains(AGENTS.NAME, "0%"))).containsExactly("50% off");
        assertThat(names(Conditions.contains(AGENTS.NAME, "a_b"))).containsExactly("a_b");
        assertThat(names(Conditions.startsWith(AGENTS.NAME, "a\\"))).containsExactly("a\\b");
        assertThat(names(Conditions.startsWith(AGENTS.NAME, "%"))).isEmpty();
        assertThat(names(Conditions.contains(AGENTS.NAME, "'"))).containsExactly("it's");
        assertThat(names(Conditions.contains(AGENTS.NAME, "' OR 1=1 --"))).isEmpty();
        assertThat(names(Conditions.contains(AGENTS.NAME, "öß"))).containsExactly("Größe");
        assertThat(names(Conditions.contains(AGENTS.NAME, ""))).hasSize(7);
        assertThat(names(Conditions.contains(AGENTS.NAME, "\0"))).isEmpty();
        assertThat(names(Conditions.contains(AGENTS.NAME, "\uD800"))).isEmpty();
    }

    @Test
    void aKeyIsDataAndNeverAPath() {
        for (String key : List.of(
                "a.b", "$", "$.a", "it's", "say \"hi\"", "back\\slash", "schlüssel", "[0]", "{0}", "?", "tab\t")) {
            agent("has " + key.replace('\t', ' '), Map.of(key, "v'\"?{1}"));
        }
        agent("nested", Map.of("a", Map.of("b", "v'\"?{1}"), "n", 1, "t", true));

        for (String key : List.of(
                "a.b", "$", "$.a", "it's", "say \"hi\"", "back\\slash", "schlüssel", "[0]", "{0}", "?", "tab\t")) {
            assertThat(names(Conditions.metadataEquals(AGENTS.METADATA, key, "v'\"?{1}")))
                    .containsExactly("has " + key.replace('\t', ' '));
        }
        assertThat(names(Conditions.metadataEquals(AGENTS.METADATA, "n", "1"))).isEmpty();
        assertThat(names(Conditions.metadataEquals(AGENTS.METADATA, "t", "1"))).isEmpty();
        assertThat(names(Conditions.metadataEquals(AGENTS.METADATA, "b", "v'\"?{1}")))
                .isEmpty();
        assertThat(names(Conditions.metadataEquals(AGENTS.METADATA, "x' OR '1'='1", "v")))
                .isEmpty();
    }

    private List<String> names(Condition condition) {
        return db.dsl()
                .select(AGENTS.NAME)
                .from(AGENTS)
                .where(condition)
                .orderBy(AGENTS.NAME)
                .fetch(AGENTS.NAME);
    }

    private Agent agent(String name, Map<String, ?> metadata) {
        return db.agents()
                .create(Agent.builder()
                        .name(name)
                        .mode("llm")
                        .metadata(metadata)
                        .build());
    }

    private void send(Agent sender, String conversation, int count) {
        for (int i = 0; i < count; i++) {
            db.messages()
                    .create(Message.builder()
                            .conversationId(new ConversationId(conversation))
                            .senderId(sender.id())
                            .content("x")
                            .build());
        }
    }

    private void use(Agent agent, String tool, ToolExecutionStatus... statuses) {
        for (ToolExecutionStatus status : statuses) {
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(agent.id())
                            .toolName(tool)
                            .status(status)
                            .build());
        }
    }
}
