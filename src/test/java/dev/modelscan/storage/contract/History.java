package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Six weeks of work, always the same. The busiest night is the one in which Berlin's clock shows an hour
 * twice. Some tasks are created a microsecond before midnight or a full hour.
 */
record History(
        List<Agent> agents,
        List<Workflow> workflows,
        List<Task> tasks,
        List<Message> messages,
        List<ToolExecution> executions) {

    static final Instant FIRST = Instant.parse("2025-09-29T00:00:00Z");
    /** When Berlin's clock goes back from three to two. */
    static final Instant CHANGE = Instant.parse("2025-10-26T01:00:00Z");

    private static final long HOUR = 3_600_000_000L;
    private static final List<TaskStatus> STATUSES = List.of(
            TaskStatus.COMPLETED,
            TaskStatus.FAILED,
            TaskStatus.COMPLETED,
            TaskStatus.COMPLETED,
            TaskStatus.RUNNING,
            TaskStatus.FAILED,
            TaskStatus.COMPLETED,
            TaskStatus.PENDING,
            TaskStatus.COMPLETED,
            TaskStatus.CANCELLED,
            TaskStatus.FAILED);

    static History create() {
        Random random = new Random(11);
        List<Agent> agents = new ArrayList<>();
        List<Workflow> workflows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Instant created = micros(FIRST, i * HOUR + i);
            agents.add(Contract.agent("agent-" + i)
                    .id(new AgentId("a-" + i))
                    .createdAt(created)
                    .build());
            workflows.add(Workflow.builder()
                    .id(new WorkflowId("w-" + i))
                    .name("workflow-" + i)
                    .status(WorkflowStatus.RUNNING)
                    .createdAt(created)
                    .startedAt(micros(created, 1 + i))
                    .build());
        }
        List<Task> tasks = tasks(random);
        return new History(agents, workflows, tasks, messages(random), executions(random, tasks));
    }

    /** The last agent has no tasks, and some tasks have no agent. */
    private static List<Task> tasks(Random random) {
        List<Instant> times = new ArrayList<>();
        for (int i = 0; i < 230; i++) {
            times.add(micros(FIRST, 6 * HOUR + random.nextLong(44 * 24 * HOUR)));
        }
        for (int i = -30; i <= 30; i++) {
            times.add(micros(CHANGE, i * HOUR / 10 + random.nextInt(1_000)));
        }
        for (int i = -5; i <= 3; i++) {
            times.add(micros(CHANGE, i * HOUR - 1));
            times.add(micros(CHANGE, i * HOUR));
        }
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            TaskStatus status = STATUSES.get(i % STATUSES.size());
            Instant created = times.get(i);
            Instant started = micros(created, random.nextLong(HOUR));
            Instant completed = micros(started, random.nextLong(8 * HOUR));
            boolean ran = status != TaskStatus.PENDING && status != TaskStatus.CANCELLED;
            tasks.add(Task.builder()
                    .id(new TaskId(String.format("t-%03d", i)))
                    .agentId(i % 13 == 0 ? null : new AgentId("a-" + random.nextInt(4)))
                    .workflowId(i % 3 == 0 ? new WorkflowId("w-" + random.nextInt(5)) : null)
                    .type(i % 4 == 0 ? "plan" : "summarise")
                    .status(status)
                    .createdAt(created)
                    .startedAt(ran ? started : null)
                    .completedAt(status.isFinal() ? completed : null)
                    .build());
        }
        return tasks;
    }

    /** In the order of each conversation, in which a message may be older than the one before. */
    private static List<Message> messages(Random random) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            messages.add(Message.builder()
                    .id(new MessageId(String.format("m-%03d", i)))
                    .conversationId(new ConversationId("c-" + random.nextInt(4)))
                    .senderId(new AgentId("a-" + random.nextInt(4)))
                    .content("hello")
                    .createdAt(micros(CHANGE, (i - 30) * HOUR / 20 + random.nextLong(HOUR / 5)))
                    .build());
        }
        return messages;
    }

    private static List<ToolExecution> executions(Random random, List<Task> tasks) {
        List<ToolExecution> executions = new ArrayList<>();
        for (Task task : tasks) {
            if (task.agentId() == null || task.startedAt() == null) {
                continue;
            }
            int i = executions.size();
            ToolExecutionStatus status =
                    ToolExecutionStatus.values()[1 + random.nextInt(ToolExecutionStatus.values().length - 1)];
            Instant started = micros(task.startedAt(), i % 5);
            executions.add(ToolExecution.builder()
                    .id(new ToolExecutionId(String.format("e-%03d", i)))
                    .agentId(task.agentId())
                    .taskId(task.id())
                    .toolName("tool-" + i % 3)
                    .status(status)
                    .createdAt(started)
                    .startedAt(started)
                    .completedAt(status.isFinal() ? micros(started, random.nextInt(2_000)) : null)
                    .build());
        }
        return executions;
    }

    void store(Database db) {
        db.agents().createAll(agents);
        db.workflows().createAll(workflows);
        db.tasks().createAll(tasks);
        db.messages().createAll(messages);
        db.toolExecutions().createAll(executions);
    }

    private static Instant micros(Instant time, long later) {
        return time.plus(later, ChronoUnit.MICROS);
    }
}
