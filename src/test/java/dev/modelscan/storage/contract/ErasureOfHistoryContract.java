package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the archive and the log tell of rows that are gone, or belong to somebody else by now. */
abstract class ErasureOfHistoryContract extends ErasureSuite {

    private static final TaskId USED_AGAIN = new TaskId("used again");

    private void restore(String kind, String id) {
        keeping.deletedRecords()
                .restore(keeping.deletedRecords()
                        .findNewest(kind, id)
                        .orElseThrow()
                        .id());
    }

    private Task createTask(Agent agent, String type) {
        return db.tasks()
                .create(task().id(USED_AGAIN).agentId(agent.id()).type(type).build());
    }

    private List<AuditEntry> entries(String table, String key) {
        return db.audit().listByRecord(table, key, PageRequest.first(50)).items();
    }

    @Test
    void anEarlierRowOfTheSameIdGoesAlone() {
        createAnn();
        createTask(ann, NEEDLE);
        db.scores()
                .create(score(task().id(USED_AGAIN).build())
                        .metadata(Map.of("note", NEEDLE))
                        .build());
        keeping.tasks().delete(USED_AGAIN);
        createTask(bob, "kept");
        db.scores().create(score(task().id(USED_AGAIN).build()).build());

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.removed()).containsEntry("deleted_records", 1L).doesNotContainKey("tasks");
        assertGone();
        assertThat(db.tasks().get(USED_AGAIN).type()).isEqualTo("kept");
        assertThat(db.scores().listByTask(USED_AGAIN, PageRequest.first(10)).items())
                .hasSize(1);
        assertThat(entries("tasks", USED_AGAIN.value()))
                .extracting(AuditEntry::action)
                .containsExactly(AuditAction.INSERT);
    }

    @Test
    void anEarlierRowOfTheSameIdThatWasAnothersStays() {
        createAnn();
        createTask(bob, "kept");
        keeping.tasks().delete(USED_AGAIN);
        createTask(ann, NEEDLE);

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.removed()).containsEntry("tasks", 1L).doesNotContainKey("deleted_records");
        assertGone();
        assertThat(entries("tasks", USED_AGAIN.value()))
                .extracting(AuditEntry::action)
                .containsExactly(AuditAction.DELETE, AuditAction.INSERT);
        restore("task", USED_AGAIN.value());
        assertThat(db.tasks().get(USED_AGAIN).type()).isEqualTo("kept");
    }

    /** The first of three is hers, and all of them are gone. */
    @Test
    void rowsOfTheSameIdAreToldApartInTheLogAlone() {
        createAnn();
        for (Agent agent : List.of(bob, ann, bob)) {
            createTask(agent, agent.equals(ann) ? NEEDLE : "kept");
            db.tasks().delete(USED_AGAIN);
        }

        erase(ErasureRequest.agent(ann.id()));

        assertGone();
        assertThat(entries("tasks", USED_AGAIN.value()))
                .extracting(AuditEntry::action)
                .containsExactly(AuditAction.DELETE, AuditAction.INSERT, AuditAction.DELETE, AuditAction.INSERT);
    }

    /** The entry of the change may come before that of the insertion. */
    @Test
    void whatATriggerChangedInANewRowGoesFromTheLog() {
        createAnn();
        String change = "UPDATE tasks SET error = NEW.type WHERE id = NEW.id;";
        boolean isSqlite = engine().name().startsWith("SQLite");
        if (!isSqlite) {
            change("CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN "
                    + change + " RETURN NULL; END $$");
        }
        change("CREATE TRIGGER noted AFTER INSERT ON tasks FOR EACH ROW "
                + (isSqlite ? "BEGIN " + change + " END" : "EXECUTE FUNCTION noted()"));
        try {
            createTask(bob, "kept");
            db.tasks().delete(USED_AGAIN);
            createTask(ann, NEEDLE);

            erase(ErasureRequest.agent(ann.id()));

            assertGone();
            assertThat(dump())
                    .filteredOn(row -> row.startsWith("audit") && row.contains("tasks") && row.contains("\"kept\""))
                    .hasSize(3);
        } finally {
            change(isSqlite ? "DROP TRIGGER noted" : "DROP FUNCTION noted() CASCADE");
        }
    }

    @Test
    void whatAnotherAgentGotStaysWhenThatOneIsGone() {
        createAnn();
        Task kept = db.tasks().create(task().agentId(ann.id()).type("kept").build());
        Task hers = db.tasks().create(task().agentId(ann.id()).type(NEEDLE).build());
        Agent carl = createAgent("carl");
        db.tasks()
                .update(db.tasks().get(kept.id()).toBuilder().agentId(carl.id()).build());
        db.agents().delete(carl.id());

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.removed()).containsEntry("tasks", 1L);
        assertGone();
        assertThat(db.tasks().find(hers.id())).isEmpty();
        assertThat(db.tasks().get(kept.id()).type()).isEqualTo("kept");
    }

    /** What was written while she had the task goes from the log, and nothing from the time after that. */
    @Test
    void ofATaskThatAnotherAgentGotTheLogKeepsWhatCameAfter() {
        createAnn();
        for (boolean deleted : List.of(false, true)) {
            Task task = db.tasks().create(task().agentId(ann.id()).type("a").build());
            change("UPDATE tasks SET type = '" + NEEDLE + "' WHERE id = '" + task.id() + "'");
            change("UPDATE tasks SET type = 'b', agent_id = '" + bob.id() + "' WHERE id = '" + task.id() + "'");
            change("UPDATE tasks SET type = 'kept' WHERE id = '" + task.id() + "'");
            if (deleted) {
                db.tasks().delete(task.id());
            }
        }
        String kept = db.tasks().list(1, 0).get(0).id().value();

        erase(ErasureRequest.agent(ann.id()));

        assertGone();
        assertThat(db.tasks().get(new TaskId(kept)).type()).isEqualTo("kept");
        assertThat(db.audit().list(PageRequest.first(100)).items())
                .filteredOn(entry -> entry.table().equals("tasks")
                        && entry.changes().toNode().has("type"))
                .extracting(AuditEntry::action)
                .containsExactly(AuditAction.DELETE, AuditAction.UPDATE, AuditAction.UPDATE);
    }

    @Test
    void aSummaryOfADeletedMessageGoes() {
        createAnn();
        for (boolean kept : List.of(true, false)) {
            Message hers = db.messages().create(message(ann).content(NEEDLE).build());
            Message his = db.messages().create(message(bob).content("kept").build());
            db.conversations().compact(CONVERSATION, his.id(), NEEDLE);
            (kept ? keeping : db).messages().delete(hers.id());
        }
        Message other = db.messages()
                .create(message(bob).conversationId(OTHERS).content("kept").build());
        db.conversations().compact(OTHERS, other.id(), "kept");

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.removed()).containsEntry("compactions", 2L);
        assertGone();
        assertThat(String.valueOf(records().get("compactions"))).contains("kept");
    }

    @Test
    void anAnswerGoesFromADeletedExecution() {
        createAnn();
        Message answer = db.messages().create(message(ann).content(NEEDLE).build());
        ToolExecution his = db.toolExecutions()
                .create(execution(bob)
                        .answerMessageId(answer.id())
                        .input(Json.of("kept"))
                        .output(Json.of(NEEDLE))
                        .build());
        keeping.messages().delete(answer.id());
        keeping.toolExecutions().delete(his.id());

        erase(ErasureRequest.agent(ann.id()));

        assertGone();
        restore("tool execution", his.id().value());
        assertThat(db.toolExecutions().get(his.id()).input()).isEqualTo(Json.of("kept"));
    }

    @Test
    void anAnswerThatAnotherGaveSinceStays() {
        createAnn();
        Message hers = db.messages().create(message(ann).content(NEEDLE).build());
        Message his = db.messages().create(message(bob).content("kept").build());
        List<ToolExecution> answered = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            ToolExecution each = db.toolExecutions()
                    .create(execution(bob).answerMessageId(hers.id()).build());
            String which = " WHERE id = '" + each.id() + "'";
            change("UPDATE tool_executions SET output = '\"" + NEEDLE + "\"'" + which);
            change("UPDATE tool_executions SET output = '\"kept\"', answer_message_id = '" + his.id() + "'" + which);
            answered.add(each);
        }
        keeping.toolExecutions().delete(answered.get(1).id());

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.changed()).doesNotContainKey("tool_executions");
        assertGone();
        restore("tool execution", answered.get(1).id().value());
        assertThat(answered)
                .extracting(each -> db.toolExecutions().get(each.id()).output())
                .containsOnly(Json.of("kept"));
    }

    @Test
    void archivedBranchesStayInOrder() {
        createAnn();
        Message root = db.messages().create(message(bob).content("a").build());
        Message hers = db.messages().create(message(ann).content(NEEDLE).build());
        Message hersToo = db.messages()
                .create(message(ann).content(NEEDLE).parentId(hers.id()).build());
        Message left = db.messages().create(message(bob).content("b").build());
        Message right = db.messages()
                .create(message(bob).content("c").parentId(hersToo.id()).build());
        Message third = db.messages()
                .create(message(bob).content("d").parentId(hers.id()).build());
        db.messages().create(message(ann).content(NEEDLE).build());
        keeping.conversations().delete(CONVERSATION);

        erase(ErasureRequest.agent(ann.id()));

        assertGone();
        restore("conversation", CONVERSATION.value());
        for (Message last : List.of(left, right, third)) {
            assertThat(db.messages()
                            .listByBranch(last.id(), Direction.FORWARD, PageRequest.first(10))
                            .items())
                    .extracting(Message::id)
                    .containsExactly(root.id(), last.id());
        }
        assertThat(db.messages()
                        .listByConversation(CONVERSATION, PageRequest.first(10))
                        .items())
                .extracting(Message::id)
                .containsExactly(root.id(), third.id());
    }

    @Test
    void archivedBranchesThatBeganWithAnErasedMessageBeginThemselves() {
        createAnn();
        Message hers = db.messages().create(message(ann).content(NEEDLE).build());
        Message left = db.messages().create(message(bob).content("b").build());
        Message right = db.messages()
                .create(message(bob).content("c").parentId(hers.id()).build());
        keeping.conversations().delete(CONVERSATION);

        erase(ErasureRequest.agent(ann.id()));

        restore("conversation", CONVERSATION.value());
        for (Message last : List.of(left, right)) {
            assertThat(db.messages()
                            .listByBranch(last.id(), Direction.FORWARD, PageRequest.first(10))
                            .items())
                    .extracting(Message::id)
                    .containsExactly(last.id());
        }
    }

    /** Rows of the archive are changed in batches, and documents are read up to some bytes at a time. */
    @Test
    void theArchiveIsReadAndWrittenInBatches() {
        createAnn();
        String large = "x".repeat(5_000_000);
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            messages.add(message(i % 3 == 0 ? ann : bob)
                    .receiverId((i % 3 == 0 ? bob : ann).id())
                    .content(i % 50 == 1 ? large : i % 3 == 0 ? NEEDLE : "kept")
                    .build());
        }
        db.messages().createAll(messages);
        keeping.conversations().delete(CONVERSATION);
        Logger logger = (Logger) LoggerFactory.getLogger("dev.modelscan.storage.sql");
        ListAppender<ILoggingEvent> statements = new ListAppender<>();
        statements.start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(statements);
        try {
            db.erasure().erase(ErasureRequest.agent(ann.id()).withoutScrub());
        } finally {
            logger.detachAppender(statements);
            logger.setAdditive(true);
            logger.setLevel(null);
        }

        assertGone();
        assertThat(statements.list.stream()
                        .map(ILoggingEvent::getFormattedMessage)
                        .filter(sql -> sql.contains("UPDATE") && sql.contains("deleted_rows"))
                        .count())
                .isBetween(2L, 5L);
        restore("conversation", CONVERSATION.value());
        assertThat(db.messages().list(1000, 0)).hasSize(100).allMatch(message -> message.receiverId() == null);
    }
}
