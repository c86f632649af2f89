package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jooq.TableField;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each planted fault of the rows and the schema is found, and nothing else is. */
abstract class DoctorContract extends Contract {

    private Agent agent;
    private Task running;
    private Message call;

    @BeforeEach
    void fill() {
        // Triggers stamp the rows that a test updates by SQL with the database's own time.
        clock.set(Instant.now());
        agent = createAgent("a");
        createTeam("t");
        running = db.tasks()
                .start(db.tasks().create(task().agentId(agent.id()).build()).id());
        db.workflows().create(workflow().build());
        call = db.messages()
                .create(message(agent)
                        .parts(List.of(
                                MessagePart.toolCall("c1", "search", Json.emptyObject()),
                                MessagePart.image(
                                        "image/png",
                                        db.blobs().write(new byte[] {1, 2, 3}).id())))
                        .build());
        db.messages()
                .create(message(agent)
                        .parts(List.of(MessagePart.toolResult("c1", "found")))
                        .build());
        db.messages().create(message(agent).build());
        db.toolExecutions().create(execution(agent).taskId(running.id()).build());
        db.modelCalls().create(ModelCall.builder().model("m").build());
        db.scores()
                .create(Score.builder()
                        .taskId(running.id())
                        .name("reward")
                        .value(BigDecimal.ONE)
                        .build());
        db.sources().create(source().build());
    }

    private List<String> codes() {
        return db.doctor().findings().stream().map(Finding::code).sorted().toList();
    }

    @Test
    void nothingIsWrongWithAHealthyDatabase() {
        assertThat(db.doctor().findings()).isEmpty();
        List<DoctorProgress> told = new ArrayList<>();
        assertThat(db.doctor(null, told::add).findings()).isEmpty();
        assertThat(told)
                .extracting(DoctorProgress::check)
                .containsExactly(
                        "storage",
                        "tasks",
                        "imports",
                        "tools",
                        "calls and answers",
                        "conversations",
                        "branches",
                        "origins",
                        "blobs",
                        "times of messages",
                        "times",
                        "audit log",
                        "done");
        assertThat(told).extracting(DoctorProgress::done).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    @Test
    void tasksAndToolsThatNobodyWorksOnAreFound() {
        Agent gone = createAgent("gone");
        Agent inactive = db.agents()
                .create(agent("inactive").status(AgentStatus.INACTIVE).build());
        start(task().agentId(gone.id()).build());
        start(task().build());
        db.agents().delete(gone.id());
        Task ofInactive = start(task().agentId(inactive.id()).build());
        List<Task> ended = new ArrayList<>();
        for (WorkflowStatus status :
                List.of(WorkflowStatus.COMPLETED, WorkflowStatus.FAILED, WorkflowStatus.CANCELLED)) {
            Workflow workflow = db.workflows().create(workflow().build());
            ended.add(start(task().agentId(agent.id()).workflowId(workflow.id()).build()));
            update(WORKFLOWS.STATUS, status, WORKFLOWS.ID, workflow.id());
        }
        List<ToolExecution> left = new ArrayList<>();
        for (TaskStatus status : List.of(TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)) {
            Task task = start(task().agentId(agent.id()).build());
            ToolExecution execution = db.toolExecutions()
                    .create(execution(agent).taskId(task.id()).build());
            left.add(db.toolExecutions().start(execution.id()));
            update(TASKS.STATUS, status, TASKS.ID, task.id());
        }

        assertThat(found("task-without-worker").ids())
                .containsExactly(ofInactive.id().value());
        assertThat(found("task-after-workflow").ids())
                .containsExactlyInAnyOrderElementsOf(
                        ended.stream().map(task -> task.id().value()).toList());
        assertThat(found("execution-after-task").ids())
                .containsExactlyInAnyOrderElementsOf(
                        left.stream().map(execution -> execution.id().value()).toList());
        assertThat(codes()).containsExactly("execution-after-task", "task-after-workflow", "task-without-worker");

        clock.set(clock.instant().plus(Duration.ofDays(8)));
        assertThat(codes()).contains("task-stale", "execution-stale");
        assertThat(db.doctor().worst()).contains(Severity.WARNING);
    }

    @Test
    void tasksInACircleOfParentsAreFound() {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clock.advance();
            tasks.add(db.tasks()
                    .create(task().parentId(i == 0 ? null : tasks.get(i - 1).id())
                            .build()));
        }
        assertThat(codes()).isEmpty();

        // The first two are above the circle of the others, and the running one is below it.
        update(TASKS.PARENT_ID, tasks.get(4).id(), TASKS.ID, tasks.get(2).id());
        update(TASKS.PARENT_ID, tasks.get(3).id(), TASKS.ID, running.id());

        assertThat(found("task-circle").ids())
                .containsExactlyInAnyOrderElementsOf(tasks.subList(2, 5).stream()
                        .map(task -> task.id().value())
                        .toList());
        assertThat(found("task-circle").severity()).isEqualTo(Severity.ERROR);
        assertThat(codes()).containsExactly("task-circle");
    }

    @Test
    void importsThatWereLeftUnfinishedAreFound() {
        Workflow left = db.workflows()
                .create(workflow()
                        .status(WorkflowStatus.RUNNING)
                        .origin(Origin.of(db.sources().create(source().build()), "file:session.jsonl"))
                        .build());
        // It may be under way, and a workflow of an application may run for long.
        db.workflows().start(db.workflows().create(workflow().build()).id());
        assertThat(codes()).isEmpty();

        clock.set(clock.instant().plus(Duration.ofDays(2)));
        assertThat(found("import-unfinished").ids()).containsExactly(left.id().value());
        assertThat(codes()).containsExactly("import-unfinished");
    }

    @Test
    void conversationsWhoseTimesGoBackAreFound() {
        Instant begin = db.messages().listLatest(CONVERSATION, 1).get(0).createdAt();
        // Clocks of two machines differ a little.
        db.messages().create(message(agent).createdAt(begin.minusSeconds(299)).build());
        assertThat(codes()).isEmpty();

        Message late = db.messages()
                .create(message(agent).createdAt(begin.minusSeconds(600)).build());
        assertThat(found("message-time-backwards").ids()).containsExactly(CONVERSATION.value());
        assertThat(codes()).containsExactly("message-time-backwards");

        // It follows none.
        update(MESSAGES.PARENT_ID, late.id(), MESSAGES.ID, late.id());
        update(CONVERSATIONS.HEAD_ID, late.id(), CONVERSATIONS.ID, CONVERSATION);
        assertThat(codes()).isEmpty();
    }

    private Task start(Task task) {
        return db.tasks().start(db.tasks().create(task).id());
    }

    private <T, I> void update(TableField<?, T> field, T value, TableField<?, I> id, I of) {
        db.useTx(tx -> assertThat(tx.dsl()
                        .update(field.getTable())
                        .set(field, value)
                        .where(id.eq(of))
                        .execute())
                .isEqualTo(1));
    }

    private Finding found(String code) {
        return db.doctor().findings().stream()
                .filter(finding -> finding.code().equals(code))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void callsWithoutAnswersAndAnswersWithoutCallsAreFound() {
        db.useTx(tx -> tx.dsl()
                .update(MESSAGE_PARTS)
                .set(MESSAGE_PARTS.CALL_ID, "c2")
                .where(MESSAGE_PARTS.MESSAGE_ID.eq(call.id()))
                .and(MESSAGE_PARTS.CALL_ID.isNotNull())
                .execute());

        assertThat(found("answer-without-call").ids()).containsExactly(CONVERSATION + " call c1");
        assertThat(found("call-without-answer").ids()).containsExactly(CONVERSATION + " call c2");
        assertThat(codes()).containsExactly("answer-without-call", "call-without-answer");

        // An answer that is a message of its own has no part, and its execution says so.
        Message answer = db.messages().create(message(agent).build());
        db.toolExecutions()
                .create(execution(agent)
                        .callId("c2")
                        .messageId(call.id())
                        .answerMessageId(answer.id())
                        .build());
        assertThat(codes()).containsExactly("answer-without-call");
    }

    @Test
    void numbersOfMessagesThatAreMissingOrTakenAreFound() {
        update(CONVERSATIONS.LAST_SEQUENCE_NUMBER, 1L, CONVERSATIONS.ID, CONVERSATION);
        assertThat(found("sequence-ahead").ids()).containsExactly(CONVERSATION.value());
        assertThat(found("sequence-ahead").severity()).isEqualTo(Severity.ERROR);
        update(CONVERSATIONS.LAST_SEQUENCE_NUMBER, 9L, CONVERSATIONS.ID, CONVERSATION);
        assertThat(codes()).isEmpty();

        Message last = db.messages().create(message(agent).build());
        assertThat(last.sequenceNumber()).isEqualTo(10);
        assertThat(codes()).containsExactly("sequence-gap");
    }

    /** Another program deleted the head, so that its foreign key emptied the reference. */
    @Test
    void aConversationThatLostItsHeadIsFound() {
        Message fork = db.messages().listLatest(CONVERSATION, 10).get(1);
        db.conversations().fork(CONVERSATION, fork.id());
        db.messages().create(message(agent).build());
        Message head = db.messages().create(message(agent).build());
        assertThat(codes()).isEmpty();

        db.useTx(tx ->
                tx.dsl().deleteFrom(MESSAGES).where(MESSAGES.ID.eq(head.id())).execute());

        assertThat(found("head-missing").ids()).containsExactly(CONVERSATION.value());
        assertThat(found("head-missing").severity()).isEqualTo(Severity.ERROR);
    }

    @Test
    void anOriginOfAnotherConversationIsFound() {
        Message message = db.messages().listLatest(CONVERSATION, 1).get(0);
        Message elsewhere = db.messages()
                .create(message(agent).conversationId(ConversationId.next()).build());
        db.messages()
                .putOrigins(Map.of(
                        message.id(), Origin.of("claude-code", "m1"), elsewhere.id(), Origin.of("claude-code", "m2")));
        assertThat(codes()).isEmpty();

        update(MESSAGE_ORIGINS.CONVERSATION_ID, elsewhere.conversationId(), MESSAGE_ORIGINS.MESSAGE_ID, message.id());

        assertThat(found("origin-wrong").ids()).containsExactly(message.id().value());
        assertThat(codes()).containsExactly("origin-wrong");
    }

    @Test
    void messagesThatFollowTheWrongMessageAreFound() {
        Message first = db.messages().listLatest(CONVERSATION, 10).get(0);
        Message last = db.messages().listLatest(CONVERSATION, 1).get(0);
        Message elsewhere = db.messages()
                .create(message(agent).conversationId(ConversationId.next()).build());

        update(CONVERSATIONS.HEAD_ID, last.id(), CONVERSATIONS.ID, CONVERSATION);
        update(MESSAGES.PARENT_ID, last.id(), MESSAGES.ID, first.id());
        assertThat(found("parent-wrong").ids()).containsExactly(first.id().value());
        update(MESSAGES.PARENT_ID, elsewhere.id(), MESSAGES.ID, last.id());
        assertThat(found("parent-wrong").ids())
                .containsExactlyInAnyOrder(first.id().value(), last.id().value());
        update(MESSAGES.PARENT_ID, null, MESSAGES.ID, last.id());
        update(MESSAGES.PARENT_ID, first.id(), MESSAGES.ID, first.id());
        assertThat(codes()).isEmpty();

        update(CONVERSATIONS.HEAD_ID, elsewhere.id(), CONVERSATIONS.ID, CONVERSATION);
        assertThat(found("head-wrong").ids()).containsExactly(CONVERSATION.value());
        assertThat(codes()).containsExactly("head-wrong");
    }

    @Test
    void blobsThatAreNotWholeOrNotUsedAreFound() {
        db.useTx(tx -> tx.dsl().update(BLOBS).set(BLOBS.SIZE, 4L).execute());
        assertThat(codes()).containsExactly("blob-incomplete");
        db.useTx(tx -> tx.dsl().update(BLOBS).set(BLOBS.SIZE, 3L).execute());

        db.blobs().write(new byte[] {9});
        assertThat(codes()).isEmpty();
        clock.set(clock.instant().plus(Duration.ofDays(2)));
        assertThat(codes()).containsExactly("blob-unused");
    }

    @Test
    void timesThatAreNotYetAreFoundInEachTable() {
        List<TableField<?, Instant>> times = List.of(
                AGENTS.CREATED_AT,
                TEAMS.CREATED_AT,
                WORKFLOWS.CREATED_AT,
                TASKS.CREATED_AT,
                CONVERSATIONS.CREATED_AT,
                MESSAGES.CREATED_AT,
                TOOL_EXECUTIONS.CREATED_AT,
                MODEL_CALLS.CREATED_AT,
                SCORES.CREATED_AT,
                SOURCES.IMPORTED_AT,
                BLOBS.CREATED_AT);
        Instant future = clock.instant().plus(Duration.ofHours(1));
        db.useTx(tx -> times.forEach(
                at -> tx.dsl().update(at.getTable()).set(at, future).execute()));

        List<Finding> findings = db.doctor().findings();

        assertThat(findings).hasSize(times.size()).allMatch(finding -> finding.code()
                .equals("time-future"));
        assertThat(findings.stream().map(Finding::cause).distinct()).hasSize(times.size());
    }

    @Test
    void recordsThatEndBeforeTheyBeginAreFoundInEachTable() {
        Instant begin = clock.instant();
        Instant end = begin.minusSeconds(1);
        db.useTx(tx -> {
            tx.dsl()
                    .update(WORKFLOWS)
                    .set(WORKFLOWS.STARTED_AT, begin)
                    .set(WORKFLOWS.COMPLETED_AT, end)
                    .execute();
            tx.dsl()
                    .update(TASKS)
                    .set(TASKS.STARTED_AT, begin)
                    .set(TASKS.COMPLETED_AT, end)
                    .execute();
            tx.dsl()
                    .update(TOOL_EXECUTIONS)
                    .set(TOOL_EXECUTIONS.STARTED_AT, begin)
                    .set(TOOL_EXECUTIONS.COMPLETED_AT, end)
                    .execute();
            tx.dsl()
                    .update(MODEL_CALLS)
                    .set(MODEL_CALLS.STARTED_AT, begin)
                    .set(MODEL_CALLS.COMPLETED_AT, end)
                    .execute();
        });

        assertThat(codes()).containsExactly("time-backwards", "time-backwards", "time-backwards", "time-backwards");
    }

    /** Its database is not used again. */
    @Test
    void whatIsMissingOfTheSchemaIsFound() {
        try (Database own = builder().open()) {
            plant(own, "DROP INDEX tasks_list");
            plant(own, "DROP TRIGGER tasks_touch" + (engine().name().startsWith("SQLite") ? "" : " ON tasks"));
            Map<String, Finding> found = new TreeMap<>();
            own.doctor().findings().forEach(finding -> found.put(finding.code(), finding));

            assertThat(found.keySet()).containsExactly("index-missing", "trigger-missing");
            assertThat(found.values())
                    .extracting(Finding::ids)
                    .containsExactly(List.of("tasks_list"), List.of("tasks_touch"));

            plant(own, "ALTER TABLE teams DROP COLUMN description");
            assertThat(own.doctor().findings())
                    .filteredOn(finding -> finding.code().equals("schema-drift"))
                    .singleElement()
                    .extracting(Finding::ids)
                    .isEqualTo(List.of("teams.description"));
        }
    }

    /** Its database is not used again. */
    @Test
    void triggersAndForeignKeysThatAServerDoesNotHaveAsTheyWereAreFound() {
        assumeThat(engine().name()).doesNotStartWith("SQLite");
        try (Database own = builder().open()) {
            plant(own, "DROP TRIGGER message_parts_release ON message_parts");
            plant(own, "ALTER TABLE agents ENABLE REPLICA TRIGGER agents_touch");
            plant(own, "ALTER TABLE teams DISABLE TRIGGER teams_touch");
            plant(
                    own,
                    "CREATE OR REPLACE TRIGGER tasks_touch BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION touch()");
            plant(
                    own,
                    "CREATE OR REPLACE FUNCTION release_blob() RETURNS trigger LANGUAGE plpgsql"
                            + " AS 'BEGIN RETURN NULL; END'");
            plant(own, "ALTER TABLE tasks DROP CONSTRAINT tasks_agent_id_fkey");
            plant(own, "ALTER TABLE scores DROP CONSTRAINT scores_task_id_fkey");
            plant(own, "ALTER TABLE scores ADD FOREIGN KEY (task_id) REFERENCES tasks (id)");
            Map<String, List<String>> found = new TreeMap<>();
            own.doctor().findings().forEach(finding -> found.put(finding.code(), finding.ids()));

            assertThat(found)
                    .isEqualTo(Map.of(
                            "trigger-missing", List.of("message_parts_release"),
                            "trigger-disabled", List.of("agents.agents_touch", "teams.teams_touch"),
                            "trigger-changed", List.of("tasks_touch", "release_blob()"),
                            "reference-missing", List.of("scores(task_id)", "tasks(agent_id)")));

            // All are known: two are gone already, and one was made otherwise.
            List<String> drops = own.withTx(tx -> tx.dsl()
                    .resultQuery(
                            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)"
                                    + " FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace")
                    .fetchInto(String.class));
            drops.forEach(drop -> plant(own, drop));
            assertThat(own.doctor().findings())
                    .filteredOn(finding -> finding.code().equals("reference-missing"))
                    .singleElement()
                    .extracting(Finding::count)
                    .isEqualTo(drops.size() + 1L);
        }
    }

    /** Its database is not used again. */
    @Test
    void rowsThatHinderAMissingUniqueIndexAreFound() {
        try (Database own = builder().open()) {
            plant(own, "DROP INDEX conversations_by_external_id");
            for (String id : List.of("a", "b", "c")) {
                own.messages()
                        .create(message(own.agents().create(agent(id).build()))
                                .conversationId(new ConversationId(id))
                                .build());
            }
            plant(own, "UPDATE conversations SET source_format = 'atif', external_id = 'run' WHERE id <> 'c'");

            assertThat(own.doctor().findings())
                    .extracting(Finding::code, Finding::ids)
                    .containsExactly(tuple("rows-duplicate", List.of("a", "b")));
            plant(own, "DELETE FROM conversations WHERE id = 'b'");
            assertThat(own.doctor().findings()).extracting(Finding::code).containsExactly("index-missing");
        }
    }

    /** Its database is not used again. */
    @Test
    void aSearchIndexThatLacksAPartIsFound() {
        try (Database own = builder().open()) {
            own.search().enable();
            assertThat(own.doctor().findings()).isEmpty();
            plant(
                    own,
                    engine().name().startsWith("SQLite")
                            ? "DROP TRIGGER messages_search_insert"
                            : "DROP INDEX messages_search");

            assertThat(own.doctor().findings()).extracting(Finding::code).containsExactly("search-broken");
        }
    }

    /** Its separators of words are fewer. Its database is not used again. */
    @Test
    void aSearchIndexOfAnOlderBuildIsFound() {
        try (Database own = builder().open()) {
            own.search().enable();
            if (engine().name().startsWith("SQLite")) {
                plant(own, "DROP VIEW search_texts");
                plant(own, "CREATE VIEW search_texts AS SELECT 1 AS id");
            } else {
                plant(
                        own,
                        "CREATE OR REPLACE FUNCTION search_patterns(phrases text) RETURNS text[] LANGUAGE sql"
                                + " IMMUTABLE STRICT AS $$ SELECT string_to_array(phrases, '|') $$");
            }

            assertThat(own.search().isEnabled()).isFalse();
            assertThat(own.doctor().findings()).extracting(Finding::code).contains("search-broken");
            own.search().enable();
            assertThat(own.search().isEnabled()).isTrue();
            assertThat(own.doctor().findings()).isEmpty();
        }
    }

    private static void plant(Database own, String sql) {
        own.useTx(tx -> tx.dsl().execute(sql));
    }
}
