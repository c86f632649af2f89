package dev.modelscan.storage.cli.exports;

import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.SCORES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is stored of a run changes what is written of it or what is listed as left out, in every form. */
class ExportLossesTest {

    private static final String TIME = "2026-01-02T03:04:05.000000Z";

    /** What a run has a row of, and the line of a form that leaves out all of it. */
    private static final Map<Table<?>, String> OF_RUNS = Map.of(
            CONVERSATIONS, "",
            TASKS, "",
            MESSAGES, "",
            MESSAGE_PARTS, "",
            TOOL_EXECUTIONS, "",
            MODEL_CALLS, "tokens and cost");

    /** Of these an added row is tried, and no column. */
    private static final Set<Table<?>> ROWS = Set.of(SCORES, COMPACTIONS);

    /** What docs/formats.md says that only the form native writes. */
    private static final Set<String> OF_NO_RUN = Set.of(
            "agents", "teams", "team_members", "workflows", "sources", "blobs", "blob_chunks", "message_origins");

    /** The library's own book-keeping, what rows are found by, and what other columns or rows say too. */
    private static final Set<String> NO_CONTENT = Set.of(
            ".*\\.(id|version|created_at|updated_at|source_.*)",
            "conversations\\.(last_sequence_number|head_id)",
            "tasks\\.(external_id|parent_id)",
            "messages\\.(conversation_id|sequence_number|parent_id)",
            "message_parts\\.(message_id|position|blob_id|media_type)",
            "tool_executions\\.(task_id|message_id|agent_id|decided_by|input|tool_name|call_id)",
            "model_calls\\.(task_id|message_id)");

    private final Database db = Database.builder().inMemory().open();
    private final Agent planner =
            db.agents().create(Agent.builder().name("planner").mode("llm").build());
    private final Agent critic =
            db.agents().create(Agent.builder().name("critic").mode("llm").build());
    private final Team team = db.teams().create(Team.builder().name("team").build());
    private final Workflow flow =
            db.workflows().create(Workflow.builder().name("flow").build());
    private final Stored above = new Stored(null);
    private final Stored below = new Stored(above.task.id());
    private final Set<String> lost = new TreeSet<>();

    /** A run with as little as it may have. */
    private final class Stored {
        final Task task;
        final ConversationId id;
        final Message question;
        final Message asks;
        final Message answers;
        final ToolExecution used;
        final ModelCall call;

        Stored(@Nullable TaskId parent) {
            task = db.tasks()
                    .create(Task.builder()
                            .agentId(null)
                            .parentId(parent)
                            .type("transcript")
                            .status(TaskStatus.COMPLETED)
                            .metadata(Map.of("times", "none"))
                            .build());
            id = new ConversationId(task.id().value());
            question = message(MessageRole.USER, "go", List.of());
            asks = message(
                    MessageRole.ASSISTANT,
                    "yes",
                    List.of(MessagePart.text("yes"), MessagePart.toolCall("k", "map", Json.emptyObject())));
            answers = message(MessageRole.TOOL, "north", List.of());
            used = db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(planner.id())
                            .taskId(task.id())
                            .messageId(asks.id())
                            .answerMessageId(answers.id())
                            .callId("k")
                            .toolName("map")
                            .status(ToolExecutionStatus.SUCCESS)
                            .build());
            call = db.modelCalls()
                    .create(ModelCall.builder()
                            .taskId(task.id())
                            .messageId(asks.id())
                            .cost(BigDecimal.ONE)
                            .currency("USD")
                            .sourceFormat("form")
                            .build());
        }

        Message message(MessageRole role, String content, List<MessagePart> parts) {
            return db.messages()
                    .create(Message.builder()
                            .conversationId(id)
                            .senderId(role == MessageRole.USER ? critic.id() : planner.id())
                            .role(role)
                            .content(content)
                            .parts(parts)
                            .build());
        }

        String key(Table<?> table) {
            if (table == TASKS || table == CONVERSATIONS) {
                return task.id().value();
            }
            return table == MESSAGES
                    ? question.id().value()
                    : table == TOOL_EXECUTIONS ? used.id().value() : call.id().value();
        }
    }

    private record Exported(String text, Map<String, Long> unsaid) {}

    private Exported export(String form) {
        StringWriter out = new StringWriter();
        Exporter exporter = new Exporter(RunFormats.named(form).orElseThrow(), out);
        exporter.export(db, Scope.ALL);
        return new Exported(out.toString(), Map.copyOf(exporter.unsaid()));
    }

    private Map<String, Exported> exportAll() {
        return RunFormats.names().stream().collect(Collectors.toMap(form -> form, this::export));
    }

    @Test
    void everyTableIsTriedOrSaidToBeNoPartOfARun() {
        assertThat(Stream.concat(
                                Stream.concat(OF_RUNS.keySet().stream(), ROWS.stream())
                                        .map(Table::getName),
                                OF_NO_RUN.stream())
                        .toList())
                .containsExactlyInAnyOrderElementsOf(DefaultSchema.DEFAULT_SCHEMA
                        .tableStream()
                        .map(Table::getName)
                        .filter(table -> !table.matches("(audit|deleted)_.*"))
                        .toList());
    }

    @Test
    void everyColumnIsWrittenOrListed() {
        Map<String, Exported> before = exportAll();
        for (Stored run : List.of(above, below)) {
            OF_RUNS.forEach((table, whole) -> table.fieldStream().forEach(field -> {
                String name = table.getName() + "." + field.getName();
                if (NO_CONTENT.stream().noneMatch(name::matches)) {
                    for (Object value : values(name, run == above ? below.task.id() : above.task.id())) {
                        attempt(run, table, field, value, before, whole);
                    }
                }
            }));
        }
        assertThat(lost).isEmpty();
    }

    private void attempt(
            Stored run, Table<?> table, Field<?> field, Object value, Map<String, Exported> before, String whole) {
        String where = table == MESSAGE_PARTS
                ? " WHERE message_id = '" + run.asks.id() + "' AND position = "
                        + (field.getName().equals("text") || field.getName().equals("kind") ? 0 : 1)
                : " WHERE id = '" + run.key(table) + "'";
        Record old = db.dsl().fetchOne("SELECT " + field.getName() + " FROM " + table.getName() + where);
        set(table, field, value, where);
        compare(run, table.getName() + "." + field.getName() + " = " + value, before, whole);
        set(table, field, old.get(0), where);
    }

    private void set(Table<?> table, Field<?> field, @Nullable Object value, String where) {
        db.useTx(tx -> assertThat(tx.dsl()
                        .execute("UPDATE " + table.getName() + " SET " + field.getName() + " = ?" + where, value))
                .isOne());
    }

    /** A line that the run has already says it of the column, too. */
    private static boolean isListed(Exported exported, String column, String whole) {
        String line = column.matches("(tasks|tool_executions)\\.(started|completed)_at.*")
                ? "times|when .*"
                : column.startsWith("messages.sender_id")
                        ? "who wrote a message"
                        : column.startsWith("message_parts.call_id") ? "the ids of calls" : whole;
        return exported.unsaid().keySet().stream().anyMatch(said -> said.matches(line));
    }

    private void compare(Stored run, String what, Map<String, Exported> before, String whole) {
        before.forEach((form, base) -> {
            if (!isListed(base, what, whole) && export(form).equals(base)) {
                lost.add(form + (run == below ? ", sub-agent: " : ": ") + what);
            }
        });
    }

    /** What is stored in a column: something that it does not have yet. */
    private List<Object> values(String column, TaskId other) {
        return switch (column) {
            case "tasks.agent_id", "messages.sender_id", "messages.receiver_id" ->
                List.of(planner.id().value());
            case "model_calls.agent_id" -> List.of(critic.id().value());
            case "tasks.team_id", "messages.team_id" -> List.of(team.id().value());
            case "tasks.workflow_id" -> List.of(flow.id().value());
            case "messages.task_id" -> List.of(other.value());
            case "tool_executions.child_task_id" -> List.of(below.task.id().value());
            case "tool_executions.answer_message_id" ->
                List.of(below.question.id().value());
            case "messages.content_type" -> List.of("application/json");
            case "messages.content" -> List.of("stay", "");
            case "tasks.status" -> List.of("pending", "running", "failed", "cancelled");
            case "tool_executions.status" -> List.of("failed", "timeout");
            case "messages.role" -> List.of("system", "developer", "assistant", "tool", "other");
            case "message_parts.kind" -> List.of("refusal", "reasoning", "other");
            case "message_parts.text" -> List.of("no");
            case "model_calls.currency" -> List.of("EUR");
            default -> List.of(usual(column));
        };
    }

    private static Object usual(String column) {
        if (column.endsWith("_at")) {
            return TIME;
        }
        if (column.matches(".*(tokens|nanos|priority)")) {
            return 7;
        }
        return column.matches(".*\\.(input|output|metadata|data)") ? "{\"of\": \"it\"}" : "something";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyRowIsWrittenOrListed(boolean ofSubAgent) {
        Stored run = ofSubAgent ? below : above;
        Message said = run.message(MessageRole.ASSISTANT, "said", List.of(MessagePart.reasoning("hm")));
        attempt(
                run,
                "content beside the parts",
                "",
                () -> set(MESSAGES, MESSAGES.CONTENT, "meant", " WHERE id = '" + said.id() + "'"));
        attempt(
                run,
                "a time of a message",
                "times",
                () -> set(TASKS, TASKS.METADATA, "{}", " WHERE id = '" + run.task.id() + "'"));
        attempt(run, "a score", "", () -> db.scores()
                .create(Score.builder()
                        .taskId(run.task.id())
                        .name("reward")
                        .value(BigDecimal.ONE)
                        .build()));
        attempt(run, "a summary", "", () -> db.conversations().compact(run.id, run.question.id(), "went"));
        for (ToolExecution used : List.of(
                tool(run).build(),
                tool(run).messageId(run.question.id()).build(),
                tool(run).messageId(run.asks.id()).build(),
                tool(run).answerMessageId(run.answers.id()).build())) {
            attempt(run, "a tool: " + used, "", () -> db.toolExecutions().create(used));
            if (used.messageId() != null) {
                attempt(run, "no answer: " + used, "", () -> db.toolExecutions().start(used.id()));
            }
            db.toolExecutions().delete(used.id());
        }
        attempt(run, "a branch", "", () -> db.conversations().fork(run.id, run.question.id()));
        assertThat(lost).isEmpty();
    }

    private void attempt(Stored run, String what, String whole, Runnable change) {
        Map<String, Exported> before = exportAll();
        change.run();
        compare(run, what, before, whole);
    }

    @Test
    void whatNoConversationIsAboutIsListed() {
        attempt(above, "a task without a conversation", "", () -> db.tasks()
                .create(Task.builder().type("plan").build()));
        attempt(above, "a tool without a task", "", () -> db.toolExecutions()
                .create(ToolExecution.builder()
                        .agentId(planner.id())
                        .toolName("map")
                        .build()));
        attempt(above, "a model call without a task", "", () -> db.modelCalls()
                .create(ModelCall.builder().model("large").build()));
        assertThat(lost).isEmpty();
    }

    private ToolExecution.Builder tool(Stored run) {
        return ToolExecution.builder()
                .agentId(planner.id())
                .taskId(run.task.id())
                .toolName("map");
    }

    @AfterEach
    void close() {
        db.close();
    }
}
