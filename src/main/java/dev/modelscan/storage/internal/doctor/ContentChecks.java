package dev.modelscan.storage.internal.doctor;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.SCORES;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.schema.tables.Messages;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * What the rows say that no constraint of the schema can. Each check is one query that returns at most a thousand keys, and
 * reads a table at most once.
 */
final class ContentChecks {

    private static final int MOST = 1_000;

    /** Clocks of two machines may differ by this. */
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    /** A task that nobody has touched for so long is not being worked on. */
    private static final Duration STALE = Duration.ofDays(7);

    /** No import of one file takes so long. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final DSLContext dsl;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    private ContentChecks(DSLContext dsl, Instant now) {
        this.dsl = dsl;
        this.now = now;
    }

    /** The checks by name, in the order in which they are to be made. */
    static Map<String, Supplier<List<Finding>>> of(Supplier<DSLContext> dsl, Instant now) {
        Map<String, Consumer<ContentChecks>> checks = new LinkedHashMap<>();
        checks.put("tasks", ContentChecks::tasks);
        checks.put("imports", ContentChecks::imports);
        checks.put("tools", ContentChecks::calls);
        checks.put("calls and answers", ContentChecks::parts);
        checks.put("conversations", ContentChecks::conversations);
        checks.put("branches", ContentChecks::branches);
        checks.put("origins", ContentChecks::origins);
        checks.put("blobs", ContentChecks::blobs);
        checks.put("times of messages", ContentChecks::messageTimes);
        checks.put("times", ContentChecks::times);
        Map<String, Supplier<List<Finding>>> all = new LinkedHashMap<>();
        checks.forEach((name, check) -> all.put(name, () -> {
            ContentChecks one = new ContentChecks(dsl.get(), now);
            check.accept(one);
            return one.findings;
        }));
        return all;
    }

    private void tasks() {
        add(
                Severity.WARNING,
                "task-without-worker",
                "tasks run, and their agent is inactive",
                keys(
                        TASKS.ID,
                        TASKS.join(AGENTS).on(AGENTS.ID.eq(TASKS.AGENT_ID)),
                        TASKS.STATUS.eq(TaskStatus.RUNNING).and(AGENTS.STATUS.eq(AgentStatus.INACTIVE))),
                "db.tasks().cancel(id), or start another agent");
        add(
                Severity.NOTE,
                "task-stale",
                "tasks run that nobody has changed for " + STALE.toDays() + " days",
                keys(TASKS.ID, TASKS, TASKS.STATUS.eq(TaskStatus.RUNNING).and(TASKS.UPDATED_AT.lt(now.minus(STALE)))),
                "db.cancelRunning(agentIds) when the application starts");
        add(
                Severity.WARNING,
                "task-after-workflow",
                "tasks run, and their workflow has ended",
                keys(
                        TASKS.ID,
                        TASKS.join(WORKFLOWS).on(WORKFLOWS.ID.eq(TASKS.WORKFLOW_ID)),
                        TASKS.STATUS
                                .eq(TaskStatus.RUNNING)
                                .and(WORKFLOWS.STATUS.in(
                                        WorkflowStatus.COMPLETED, WorkflowStatus.FAILED, WorkflowStatus.CANCELLED))),
                "db.tasks().cancel(id)");
        add(
                Severity.ERROR,
                "task-circle",
                "tasks that are their own parents, by way of others; whoever follows parents does not end",
                OrderChecks.tasksInCircles(dsl),
                "set parent_id of one of them to null");
    }

    /** An import sets its workflow to running with the first run of a file, and to completed with the last. */
    private void imports() {
        add(
                Severity.WARNING,
                "import-unfinished",
                "workflows of files whose import was interrupted more than " + ABANDONED.toDays() + " day ago",
                keys(
                        WORKFLOWS.ID,
                        WORKFLOWS,
                        WORKFLOWS
                                .STATUS
                                .eq(WorkflowStatus.RUNNING)
                                .and(WORKFLOWS.SOURCE_FORMAT.isNotNull())
                                .and(WORKFLOWS.UPDATED_AT.lt(now.minus(ABANDONED)))),
                "import <file>, with the same options: what is stored is skipped");
    }

    private void calls() {
        add(
                Severity.WARNING,
                "execution-after-task",
                "tools run, and the task that called them has ended",
                keys(
                        TOOL_EXECUTIONS.ID,
                        TOOL_EXECUTIONS.join(TASKS).on(TASKS.ID.eq(TOOL_EXECUTIONS.TASK_ID)),
                        TOOL_EXECUTIONS
                                .STATUS
                                .eq(ToolExecutionStatus.RUNNING)
                                .and(TASKS.STATUS.in(TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED))),
                "db.toolExecutions().timeOut(id)");
        add(
                Severity.NOTE,
                "execution-stale",
                "tools run that nobody has changed for " + STALE.toDays() + " days",
                keys(
                        TOOL_EXECUTIONS.ID,
                        TOOL_EXECUTIONS,
                        TOOL_EXECUTIONS
                                .STATUS
                                .eq(ToolExecutionStatus.RUNNING)
                                .and(TOOL_EXECUTIONS.UPDATED_AT.lt(now.minus(STALE)))),
                "db.toolExecutions().timeOut(id)");
    }

    private void parts() {
        Field<String> conversation = DSL.field(DSL.name("counted", "conversation"), SQLDataType.VARCHAR);
        Field<String> call = DSL.field(DSL.name("counted", "call"), SQLDataType.VARCHAR);
        // Vendors number calls within a conversation, so a call's id alone finds nothing.
        Field<String> place = DSL.concat(conversation, DSL.inline(" call "), call);
        Field<BigDecimal> ofCalls = DSL.field(DSL.name("counted", "calls"), SQLDataType.NUMERIC);
        Field<BigDecimal> ofAnswers = DSL.field(DSL.name("counted", "answers"), SQLDataType.NUMERIC);
        Table<?> table = countedCalls();
        add(
                Severity.WARNING,
                "answer-without-call",
                "answers of tools whose call is not in the conversation",
                fetch(DSL.select(place)
                        .from(table)
                        .where(ofCalls.eq(BigDecimal.ZERO))
                        .orderBy(conversation, call)
                        .limit(MOST)),
                null);
        add(
                Severity.NOTE,
                "call-without-answer",
                "calls of tools that nothing in the conversation answers",
                fetch(DSL.select(place)
                        .from(table)
                        .where(ofAnswers.eq(BigDecimal.ZERO))
                        .orderBy(conversation, call)
                        .limit(MOST)),
                null);
    }

    /** A call and its answer have one call id in one conversation; one scan of the parts counts both. */
    private static Table<?> countedCalls() {
        Field<BigDecimal> calls =
                DSL.sum(DSL.when(MESSAGE_PARTS.KIND.eq(PartKind.TOOL_CALL), 1).else_(0));
        // If the answer is a message of its own, it has no part, but its execution names both messages.
        Condition answered = DSL.exists(DSL.selectOne()
                .from(TOOL_EXECUTIONS)
                .where(TOOL_EXECUTIONS.MESSAGE_ID.eq(MESSAGE_PARTS.MESSAGE_ID))
                .and(TOOL_EXECUTIONS.CALL_ID.eq(MESSAGE_PARTS.CALL_ID))
                .and(TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.isNotNull()));
        Field<BigDecimal> answers =
                DSL.sum(DSL.when(MESSAGE_PARTS.KIND.eq(PartKind.TOOL_RESULT).or(answered), 1)
                        .else_(0));
        return DSL.select(
                        MESSAGES.CONVERSATION_ID.as("conversation"),
                        MESSAGE_PARTS.CALL_ID.as("call"),
                        calls.as("calls"),
                        answers.as("answers"))
                .from(MESSAGE_PARTS)
                .join(MESSAGES)
                .on(MESSAGES.ID.eq(MESSAGE_PARTS.MESSAGE_ID))
                .where(MESSAGE_PARTS
                        .KIND
                        .in(PartKind.TOOL_CALL, PartKind.TOOL_RESULT)
                        .and(MESSAGE_PARTS.CALL_ID.isNotNull()))
                .groupBy(MESSAGES.CONVERSATION_ID, MESSAGE_PARTS.CALL_ID)
                .asTable("counted");
    }

    private void conversations() {
        add(
                Severity.NOTE,
                "sequence-gap",
                "conversations without some message between others: it was deleted",
                OrderChecks.conversationsWithGaps(dsl, MOST),
                null);
        add(
                Severity.ERROR,
                "sequence-ahead",
                "conversations that would give the next message a number that is taken",
                keys(
                        CONVERSATIONS.ID,
                        CONVERSATIONS,
                        CONVERSATIONS.LAST_SEQUENCE_NUMBER.lt(DSL.coalesce(
                                DSL.field(DSL.select(DSL.max(MESSAGES.SEQUENCE_NUMBER))
                                        .from(MESSAGES)
                                        .where(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID))),
                                0L))),
                "doctor --repair");
    }

    /** A path follows parents to the first message. It leaves out what another conversation or a cycle cuts off. */
    private void branches() {
        Messages parent = MESSAGES.as("parent");
        add(
                Severity.ERROR,
                "parent-wrong",
                "messages that follow a later message, or one of another conversation; lists leave messages out",
                keys(
                        MESSAGES.ID,
                        MESSAGES.join(parent).on(parent.ID.eq(MESSAGES.PARENT_ID)),
                        parent.CONVERSATION_ID
                                .ne(MESSAGES.CONVERSATION_ID)
                                .or(parent.SEQUENCE_NUMBER.gt(MESSAGES.SEQUENCE_NUMBER))),
                "set parent_id to an earlier message of the conversation, or restore a backup");
        add(
                Severity.ERROR,
                "head-wrong",
                "conversations whose head is a message of another one",
                keys(
                        CONVERSATIONS.ID,
                        CONVERSATIONS.join(MESSAGES).on(MESSAGES.ID.eq(CONVERSATIONS.HEAD_ID)),
                        MESSAGES.CONVERSATION_ID.ne(CONVERSATIONS.ID)),
                "set head_id to a message of the conversation, or restore a backup");
        add(
                Severity.ERROR,
                "head-missing",
                "conversations with branches and without a head; lists show their branches as one path",
                OrderChecks.conversationsWithoutHead(dsl, MOST),
                "set head_id to the last message of the branch that goes on");
    }

    private void origins() {
        add(
                Severity.ERROR,
                "origin-wrong",
                "messages whose origin is of another conversation; findByExternalId does not find them in theirs",
                keys(
                        MESSAGES.ID,
                        MESSAGES.join(MESSAGE_ORIGINS).on(MESSAGE_ORIGINS.MESSAGE_ID.eq(MESSAGES.ID)),
                        MESSAGE_ORIGINS.CONVERSATION_ID.ne(MESSAGES.CONVERSATION_ID)),
                "set conversation_id of the origin to that of the message");
    }

    private void messageTimes() {
        add(
                Severity.NOTE,
                "message-time-backwards",
                "conversations with a message that is more than " + TOLERANCE.toMinutes()
                        + " minutes older than the one before it: a clock was wrong, or its file says so",
                OrderChecks.conversationsThatGoBack(dsl, TOLERANCE, MOST),
                "set the clock (NTP); the order of the conversation does not depend on it");
    }

    private void blobs() {
        Field<Long> stored = DSL.field(DSL.select(DSL.coalesce(
                                DSL.sum(DSL.function("length", SQLDataType.BIGINT, BLOB_CHUNKS.BYTES)), BigDecimal.ZERO)
                        .cast(SQLDataType.BIGINT))
                .from(BLOB_CHUNKS)
                .where(BLOB_CHUNKS.BLOB_ID.eq(BLOBS.ID)));
        add(
                Severity.ERROR,
                "blob-incomplete",
                "blobs with more or fewer bytes than their size says",
                fetch(DSL.select(BLOBS.ID)
                        .from(BLOBS)
                        .where(BLOBS.SIZE.ne(stored))
                        .orderBy(BLOBS.ID)
                        .limit(MOST)),
                "restore a backup");
        add(
                Severity.NOTE,
                "blob-unused",
                "blobs that no message or deleted record refers to, written more than a day ago",
                keys(
                        BLOBS.ID,
                        BLOBS,
                        BLOBS.CREATED_AT
                                .lt(now.minus(Duration.ofDays(1)))
                                .and(DSL.notExists(
                                        DSL.selectOne().from(MESSAGE_PARTS).where(MESSAGE_PARTS.BLOB_ID.eq(BLOBS.ID))))
                                .and(DSL.notExists(DSL.selectOne()
                                        .from(DELETED_BLOBS)
                                        .where(DELETED_BLOBS.BLOB_ID.eq(BLOBS.ID))))),
                "db.blobs().deleteUnused(before)");
    }

    private void times() {
        future(AGENTS.ID, AGENTS.CREATED_AT);
        future(TEAMS.ID, TEAMS.CREATED_AT);
        future(WORKFLOWS.ID, WORKFLOWS.CREATED_AT);
        future(TASKS.ID, TASKS.CREATED_AT);
        future(CONVERSATIONS.ID, CONVERSATIONS.CREATED_AT);
        future(MESSAGES.ID, MESSAGES.CREATED_AT);
        future(TOOL_EXECUTIONS.ID, TOOL_EXECUTIONS.CREATED_AT);
        future(MODEL_CALLS.ID, MODEL_CALLS.CREATED_AT);
        future(SCORES.ID, SCORES.CREATED_AT);
        future(SOURCES.ID, SOURCES.IMPORTED_AT);
        future(BLOBS.ID, BLOBS.CREATED_AT);
        backwards(WORKFLOWS.ID, WORKFLOWS.STARTED_AT, WORKFLOWS.COMPLETED_AT);
        backwards(TASKS.ID, TASKS.STARTED_AT, TASKS.COMPLETED_AT);
        backwards(TOOL_EXECUTIONS.ID, TOOL_EXECUTIONS.STARTED_AT, TOOL_EXECUTIONS.COMPLETED_AT);
        backwards(MODEL_CALLS.ID, MODEL_CALLS.STARTED_AT, MODEL_CALLS.COMPLETED_AT);
    }

    private void future(TableField<?, ?> id, TableField<?, Instant> at) {
        add(
                Severity.WARNING,
                "time-future",
                nameOf(id) + " of a time that has not come: a clock was wrong",
                keys(id, tableOf(id), at.gt(now.plus(TOLERANCE))),
                "set the clock (NTP); the rows stay at the end of lists until then");
    }

    private void backwards(TableField<?, ?> id, TableField<?, Instant> from, TableField<?, Instant> to) {
        add(
                Severity.WARNING,
                "time-backwards",
                nameOf(id) + " that ended before they began: a clock went back",
                keys(id, tableOf(id), to.lt(from)),
                "set the clock (NTP)");
    }

    private static String nameOf(TableField<?, ?> id) {
        return tableOf(id).getName().replace('_', ' ');
    }

    private static Table<?> tableOf(TableField<?, ?> id) {
        return Objects.requireNonNull(id.getTable());
    }

    private List<String> keys(Field<?> id, Table<?> from, Condition condition) {
        return fetch(DSL.select(id).from(from).where(condition).orderBy(id).limit(MOST));
    }

    private List<String> fetch(Select<? extends Record1<?>> query) {
        return dsl.fetch(query).map(row -> String.valueOf(row.value1()));
    }

    private void add(Severity severity, String code, String cause, List<String> ids, @Nullable String fix) {
        if (!ids.isEmpty()) {
            findings.add(Finding.of(severity, code, cause, ids, fix));
        }
    }
}
