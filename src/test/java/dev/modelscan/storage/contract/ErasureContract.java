package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.audit.AuditFault;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

/** What is erased is nowhere, and nothing else is gone. */
abstract class ErasureContract extends ErasureSuite {

    @Test
    void aConversationGoesWithAllOfItsContent() {
        db.conversations()
                .create(Conversation.builder()
                        .id(CONVERSATION)
                        .title(NEEDLE)
                        .origin(Origin.of("claude-code", NEEDLE))
                        .build());
        Message first = say(bob, CONVERSATION, NEEDLE);
        Message second = say(bob, CONVERSATION, NEEDLE + "2");
        db.conversations().compact(CONVERSATION, second.id(), NEEDLE, InsideToolCall.MOVE_BEFORE_CALL);
        db.messages()
                .create(message(bob)
                        .content(NEEDLE + " on a branch")
                        .parentId(first.id())
                        .build());
        say(bob, OTHERS, "kept");
        Map<String, List<String>> others = recordsOf(OTHERS);

        ErasureReceipt receipt = erase(ErasureRequest.conversation(CONVERSATION));

        assertThat(receipt.removed())
                .containsEntry("conversations", 1L)
                .containsEntry("messages", 3L)
                .containsEntry("message_parts", 6L)
                .containsEntry("message_origins", 2L)
                .containsEntry("blobs", 2L)
                .containsEntry("tasks", 2L)
                .containsEntry("scores", 2L)
                .containsEntry("tool_executions", 2L)
                .containsEntry("model_calls", 2L)
                .containsEntry("sources", 2L)
                .doesNotContainKey("agents");
        assertGone();
        assertThat(recordsOf(OTHERS)).isEqualTo(others);
        assertThat(db.doctor().findings()).noneMatch(finding -> finding.severity() == Severity.ERROR);
        assertThat(db.erasure()
                        .preview(ErasureRequest.conversation(CONVERSATION))
                        .isEmpty())
                .isTrue();
    }

    private Map<String, List<String>> recordsOf(ConversationId id) {
        Map<String, List<String>> records = records();
        records.replaceAll((table, rows) -> rows.stream()
                .filter(row -> row.contains("kept") || row.contains(id.value()))
                .toList());
        return records;
    }

    @Test
    void anAgentGoesWithWhatItWrote() {
        List<Message> said = talk();

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.removed())
                .containsEntry("agents", 1L)
                .containsEntry("messages", 2L)
                .containsEntry("conversations", 1L)
                .containsEntry("compactions", 1L)
                .containsEntry("team_members", 1L)
                .containsEntry("tasks", 1L)
                .containsEntry("tool_executions", 1L);
        assertThat(receipt.changed())
                .containsEntry("messages", 2L)
                .containsEntry("tool_executions", 1L)
                .containsEntry("conversations", 1L);
        assertGone();
        assertThat(db.messages()
                        .listByConversation(CONVERSATION, PageRequest.first(10))
                        .items())
                .extracting(Message::content)
                .containsExactly("said kept", "kept thanks");
        assertThat(db.messages().get(said.get(0).id()).receiverId()).isNull();
        assertThat(db.messages().get(said.get(0).id()).parts())
                .isEqualTo(said.get(0).parts());
        assertThat(db.toolExecutions()
                        .listByAgent(bob.id(), PageRequest.first(10))
                        .items())
                .extracting(ToolExecution::input)
                .contains(Json.of("kept"));
        assertThat(db.doctor().findings()).noneMatch(finding -> finding.severity() == Severity.ERROR);
        assertThat(db.erasure().preview(ErasureRequest.agent(ann.id())).isEmpty())
                .isTrue();
        assertThat(db.erasure().erase(ErasureRequest.agent(ann.id())).isEmpty()).isTrue();
    }

    @Test
    void anAgentIsPseudonymised() {
        List<Message> said = talk();

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()).pseudonymised());

        AgentId pseudonym = Objects.requireNonNull(receipt.pseudonym());
        assertThat(db.agents().get(pseudonym).name()).isEqualTo("erased-" + pseudonym);
        assertThat(receipt.removed())
                .containsEntry("agents", 1L)
                .containsEntry("message_parts", 3L)
                .doesNotContainKey("messages");
        assertGone();
        assertThat(db.messages()
                        .listByConversation(CONVERSATION, PageRequest.first(10))
                        .items())
                .extracting(Message::content)
                .containsExactly("said kept", "", "kept thanks");
        Message hers = db.messages().get(said.get(1).id());
        assertThat(hers.senderId()).isEqualTo(pseudonym);
        assertThat(hers.createdAt()).isEqualTo(said.get(1).createdAt());
        assertThat(db.messages().get(said.get(0).id()).receiverId()).isEqualTo(pseudonym);
        assertThat(db.tasks().listByAgent(pseudonym, PageRequest.first(10)).items())
                .extracting(Task::type, Task::status)
                .containsExactly(tuple("erased", TaskStatus.FAILED));
        assertThat(db.doctor().findings()).noneMatch(finding -> finding.severity() == Severity.ERROR);
    }

    @Test
    void anExternalIdGoesWithItsContent() {
        db.conversations()
                .create(Conversation.builder()
                        .id(CONVERSATION)
                        .title(NEEDLE)
                        .origin(Origin.of("claude-code", NEEDLE))
                        .build());
        say(bob, CONVERSATION, NEEDLE);
        say(bob, OTHERS, "kept");
        Map<String, List<String>> others = recordsOf(OTHERS);
        assertThat(db.erasure()
                        .preview(ErasureRequest.externalId("codex", NEEDLE))
                        .isEmpty())
                .isTrue();

        erase(ErasureRequest.externalId("claude-code", NEEDLE));

        assertGone();
        assertThat(recordsOf(OTHERS)).isEqualTo(others);
    }

    /** A driver writes {@code ?} for half of a character, which is another id. */
    @Test
    void anExternalIdThatCannotBeStoredErasesNoOther() {
        db.conversations()
                .create(Conversation.builder()
                        .id(CONVERSATION)
                        .origin(Origin.of("claude-code", "?"))
                        .build());
        for (String id : List.of("\ud800", "a\u0000b")) {
            assertThatThrownBy(() -> db.erasure().preview(ErasureRequest.externalId("claude-code", id)))
                    .isExactlyInstanceOf(InvalidDataException.class)
                    .hasMessageContaining("externalId");
        }
        assertThat(db.conversations().find(CONVERSATION)).isPresent();
    }

    @Test
    void aMessageGoesByItsExternalId() {
        Message first = say(bob, CONVERSATION, NEEDLE);
        Message second = say(bob, CONVERSATION, "kept");

        ErasureReceipt receipt = erase(ErasureRequest.externalId("claude-code", "message " + NEEDLE));

        assertThat(receipt.removed()).containsEntry("messages", 1L).containsEntry("tasks", 1L);
        assertGone();
        assertThat(db.messages().find(first.id())).isEmpty();
        assertThat(db.messages().get(second.id()).parts()).isEqualTo(second.parts());
    }

    @Test
    void whatWasDeletedBeforeGoesFromTheArchiveAndTheLog() {
        talk();
        say(bob, OTHERS, "kept 2");
        keeping.as(ann.name()).conversations().delete(OTHERS);
        keeping.conversations().delete(CONVERSATION);
        db.erasure().scrub();
        String kept = String.valueOf(dump());
        assertThat(kept).contains(NEEDLE);

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.removed()).containsKey("deleted_rows");
        assertThat(receipt.changed()).containsEntry("deleted_records", 1L);
        assertGone();
        assertThat(db.doctor().findings()).noneMatch(finding -> finding.severity() == Severity.ERROR);
        for (ConversationId id : List.of(CONVERSATION, OTHERS)) {
            keeping.deletedRecords()
                    .restore(keeping.deletedRecords()
                            .findNewest("conversation", id.value())
                            .orElseThrow()
                            .id());
        }
        assertThat(db.messages()
                        .listByConversation(CONVERSATION, PageRequest.first(10))
                        .items())
                .extracting(Message::content)
                .containsExactly("said kept", "kept thanks");
    }

    @Test
    void aDeletedRecordIsErasedByItsOwnId() {
        say(bob, CONVERSATION, NEEDLE);
        keeping.conversations().delete(CONVERSATION);
        keeping.tasks().list(10, 0).forEach(task -> keeping.tasks().delete(task.id()));

        ErasureReceipt receipt = erase(ErasureRequest.conversation(CONVERSATION));

        // What lost its message and its task when they were deleted goes as well.
        assertThat(receipt.removed())
                .containsEntry("deleted_records", 2L)
                .containsEntry("tool_executions", 1L)
                .containsEntry("model_calls", 1L);
        assertGone();
    }

    @Test
    void aTaskThatAnotherAgentGotStays() {
        createAnn();
        Task kept = db.tasks().create(task().agentId(ann.id()).type("kept").build());
        Task deleted =
                db.tasks().create(task().agentId(ann.id()).type("kept, too").build());
        for (Task task : List.of(kept, deleted)) {
            db.tasks()
                    .update(db.tasks().get(task.id()).toBuilder()
                            .agentId(bob.id())
                            .build());
        }
        keeping.tasks().delete(deleted.id());

        erase(ErasureRequest.agent(ann.id()));

        assertGone();
        assertThat(db.tasks().get(kept.id()).agentId()).isEqualTo(bob.id());
        keeping.deletedRecords()
                .restore(keeping.deletedRecords()
                        .findNewest("task", deleted.id().value())
                        .orElseThrow()
                        .id());
        assertThat(db.tasks().get(deleted.id()).type()).isEqualTo("kept, too");
    }

    @Test
    void branchesStayInOrder() {
        createAnn();
        Message root = db.messages().create(message(bob).content("a").build());
        Message hers = db.messages().create(message(ann).content(NEEDLE).build());
        Message left = db.messages().create(message(bob).content("b").build());
        Message right = db.messages()
                .create(message(bob).content("c").parentId(hers.id()).build());

        erase(ErasureRequest.agent(ann.id()));

        assertGone();
        for (Message last : List.of(left, right)) {
            assertThat(db.messages()
                            .listByBranch(last.id(), Direction.FORWARD, PageRequest.first(10))
                            .items())
                    .extracting(Message::id)
                    .containsExactly(root.id(), last.id());
        }
    }

    @Test
    void tablesOfTheApplicationFollowTheirForeignKeysOrRefuse() {
        createAnn();
        Message hers = say(ann, CONVERSATION, NEEDLE);
        db.useTx(tx -> {
            String type = "text" + (engine().name().startsWith("SQLite") ? "" : " COLLATE \"C\"");
            tx.dsl()
                    .execute("CREATE TABLE profiles (id bigint PRIMARY KEY, agent_id " + type
                            + " NOT NULL REFERENCES agents (id) ON DELETE CASCADE, email text)");
            tx.dsl()
                    .execute("CREATE TABLE notes (id bigint PRIMARY KEY, profile_id bigint REFERENCES profiles (id)"
                            + " ON DELETE CASCADE, message_id " + type
                            + " REFERENCES messages (id) ON DELETE SET NULL, text text)");
            tx.dsl().execute("CREATE TABLE votes (message_id " + type + " NOT NULL REFERENCES messages (id))");
        });
        db.audit().enable();
        db.useTx(tx -> {
            tx.dsl().execute("INSERT INTO profiles VALUES (1, '" + ann.id() + "', '" + NEEDLE + "')");
            tx.dsl().execute("UPDATE profiles SET email = email || '2'");
            tx.dsl()
                    .execute("INSERT INTO notes VALUES (1, 1, NULL, '" + NEEDLE + "'), (2, NULL, '" + hers.id()
                            + "', 'kept')");
            tx.dsl().execute("INSERT INTO votes VALUES ('" + hers.id() + "')");
        });
        Map<String, List<String>> before = records();
        ErasureRequest request = ErasureRequest.agent(ann.id());
        assertThatThrownBy(() -> db.erasure().erase(request))
                .isInstanceOf(ReferenceException.class)
                .hasMessageContaining("votes")
                .hasMessageNotContaining(NEEDLE);
        assertThatThrownBy(() -> db.erasure().preview(request)).isInstanceOf(ReferenceException.class);
        assertThat(records()).isEqualTo(before);

        db.useTx(tx -> tx.dsl().execute("DELETE FROM votes"));
        ErasureReceipt receipt = erase(request);

        assertThat(receipt.removed()).containsEntry("profiles", 1L).containsEntry("notes", 1L);
        assertGone();
        assertThat(db.dsl().fetch("SELECT * FROM notes").map(row -> row.get("text")))
                .containsExactly("kept");
    }

    /** A table with partitions has statistics of its own. */
    @Test
    void statisticsOfATableWithPartitionsHaveNothingLeft() {
        assumeThat(engine().name()).doesNotStartWith("SQLite");
        createAnn();
        change(
                "CREATE TABLE notes (agent_id text COLLATE \"C\" REFERENCES agents (id) ON DELETE CASCADE, no integer, said text,"
                        + " PRIMARY KEY (agent_id, no)) PARTITION BY HASH (agent_id)");
        change("CREATE TABLE first_notes PARTITION OF notes FOR VALUES WITH (MODULUS 1, REMAINDER 0)");
        for (Agent each : List.of(ann, bob)) {
            change("INSERT INTO notes SELECT '" + each.id() + "', no, '" + (each.equals(ann) ? NEEDLE : "kept")
                    + "' FROM generate_series(1, 3) AS no");
        }
        change("ANALYZE notes");
        String statistics = "SELECT tablename FROM pg_stats WHERE tablename LIKE '%notes' AND attname = 'said'"
                + " AND most_common_vals::text LIKE '%" + NEEDLE + "%'";
        assertThat(db.dsl().fetch(statistics)).hasSize(2);

        db.erasure().erase(ErasureRequest.agent(ann.id()));

        assertThat(db.dsl().fetch(statistics)).isEmpty();
    }

    @Test
    void anEntryThatIsEmptiedByHandIsStillNamed() {
        say(bob, CONVERSATION, NEEDLE);
        erase(ErasureRequest.conversation(CONVERSATION));
        createAgent("c");
        long receipt = db.audit().list(PageRequest.first(10)).items().stream()
                .filter(entry -> entry.action() == AuditAction.ERASE)
                .findFirst()
                .orElseThrow()
                .position();
        String erased = "SET changes = NULL, record_key = NULL, actor = NULL, erased_in = ";
        change("UPDATE audit_entries " + erased + receipt + " WHERE position = 2");
        assertThat(fault().position()).isEqualTo(receipt);
        change("UPDATE audit_entries " + erased + (receipt + 1) + " WHERE position = 2");
        assertThat(fault().position()).isEqualTo(2);
        change("UPDATE audit_entries " + erased + "1000 WHERE position = 2");
        assertThat(fault().position()).isEqualTo(2);
        change("UPDATE audit_entries " + erased + "1 WHERE position = 2");
        assertThat(fault().position()).isEqualTo(2);
    }

    /** Whoever can write can make a receipt, too, so a verification says how many entries need one. */
    @Test
    void aVerificationCountsWhatWasErased() {
        say(bob, CONVERSATION, NEEDLE);
        AuditHead before = db.audit().head();
        assertThat(db.audit().verify(before).erased()).isZero();
        ErasureReceipt receipt = erase(ErasureRequest.conversation(CONVERSATION));
        AuditHead after = db.audit().head();
        createAgent("c");

        AuditVerification since = db.audit().verify(before);
        assertThat(since.erased()).isEqualTo(receipt.auditEntries());
        assertThat(since.erasedSince()).isPositive().isLessThan(receipt.auditEntries());
        for (AuditHead head : List.of(after, AuditHead.NONE)) {
            assertThat(db.audit().verify(head).erased()).isEqualTo(receipt.auditEntries());
            assertThat(db.audit().verify(head).erasedSince()).isZero();
        }
    }

    @Test
    void anErasedEntryKeepsItsTimeTableAndAction() {
        say(bob, CONVERSATION, NEEDLE);
        erase(ErasureRequest.conversation(CONVERSATION));
        long receipt = db.audit().list(PageRequest.first(1)).items().get(0).position();
        for (String change : List.of(
                "table_name = 'teams'",
                "action = 'truncate'",
                "occurred_at = '2020-01-01T00:00:00.000000Z'",
                "actor = 'somebody'",
                "changes = '{}'",
                "erased_in = NULL")) {
            db.useTx(tx -> tx.dsl().execute("CREATE TABLE notes AS SELECT * FROM audit_entries"));
            change("UPDATE audit_entries SET " + change
                    + " WHERE position = (SELECT min(position) FROM audit_entries WHERE erased_in = " + receipt + ")");
            assertThat(fault().kind()).as(change).isEqualTo(AuditFault.Kind.CHANGED);
            db.useTx(tx -> {
                tx.dsl().execute("DELETE FROM audit_entries");
                tx.dsl().execute("INSERT INTO audit_entries SELECT * FROM notes");
                tx.dsl().execute("DROP TABLE notes");
            });
            assertThat(db.audit().verify().fault()).isEmpty();
        }
    }

    private AuditFault fault() {
        return db.audit().verify().fault().orElseThrow();
    }

    @Test
    void aPreviewWritesNothing() {
        talk();
        List<String> before = dump();
        try (Database reading = engine().beside(db).orElseThrow().readOnly().open()) {
            ErasureReceipt preview = reading.erasure().preview(ErasureRequest.agent(ann.id()));
            assertThat(preview.isEmpty()).isFalse();
            assertThat(preview.id()).isNull();
            assertThat(preview.auditPosition()).isNull();
            assertThatThrownBy(() -> reading.erasure().erase(ErasureRequest.agent(ann.id())))
                    .isInstanceOf(ReadOnlyException.class);
            assertThatThrownBy(() -> reading.erasure().scrub()).isInstanceOf(ReadOnlyException.class);
        }
        assertThat(dump()).isEqualTo(before);
    }

    @Test
    void withoutALogThereIsAReceiptAllTheSame() {
        db.audit().disable();
        change("DELETE FROM audit_entries");
        createAnn();
        ErasureReceipt receipt =
                db.erasure().erase(ErasureRequest.agent(ann.id()).withoutScrub());
        assertThat(receipt.auditPosition()).isNull();
        assertThat(receipt.auditEntries()).isZero();
        assertThat(receipt.scrubbed()).isFalse();
        assertThat(db.audit().list(PageRequest.first(1)).items()).isEmpty();
        assertThatThrownBy(() -> db.useTx(tx -> db.erasure().erase(ErasureRequest.agent(ann.id()))))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ErasureRequest.conversation(OTHERS).pseudonymised())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReceiptStaysWhenWhoeverErasedIsErased() {
        Agent eraser = createAgent("eraser");
        say(bob, CONVERSATION, NEEDLE);
        ErasureReceipt first = db.as(eraser.name()).erasure().erase(ErasureRequest.conversation(CONVERSATION));

        erase(ErasureRequest.agent(eraser.id()));

        assertGone();
        assertThat(db.audit().list(PageRequest.first(50)).items())
                .filteredOn(entry -> Objects.equals(first.auditPosition(), entry.position()))
                .extracting(AuditEntry::actor)
                .containsExactly("eraser");
        assertThat(db.erasure().preview(ErasureRequest.agent(eraser.id())).isEmpty())
                .isTrue();
    }

    @Test
    void anAgentErasesItself() {
        for (boolean byName : List.of(false, true)) {
            createAnn();
            ErasureReceipt receipt =
                    db.as(byName ? ann.name() : ann.id().value()).erasure().erase(ErasureRequest.agent(ann.id()));
            assertThat(receipt.actor()).isNull();
            assertGone();
            assertThat(db.erasure().preview(ErasureRequest.agent(ann.id())).isEmpty())
                    .isTrue();
            db.teams().list(PageRequest.first(10)).items().forEach(team -> db.teams()
                    .delete(team.id()));
        }
    }

    @Test
    void deletionsAreNotNamedByTheIdOfWhatIsErased() {
        ConversationId conversation = new ConversationId("about " + NEEDLE);
        db.messages().create(message(bob).conversationId(conversation).build());
        for (boolean purged : List.of(true, false)) {
            createAnn();
            keeping.agents().delete(ann.id());
            keeping.conversations().delete(conversation);
            if (purged) {
                keeping.deletedRecords()
                        .restore(keeping.deletedRecords()
                                .findNewest("conversation", conversation.value())
                                .orElseThrow()
                                .id());
                change("DELETE FROM deleted_records");
                change("DELETE FROM teams");
            }
        }

        erase(ErasureRequest.agent(ann.id()));
        erase(ErasureRequest.conversation(conversation));

        assertGone();
    }

    @Test
    void aDeletedMessageOfAnotherCanStillBeRestored() {
        createAnn();
        Message his = db.messages().create(message(bob).content("kept").build());
        db.messages().create(message(ann).content(NEEDLE).build());
        keeping.messages().delete(his.id());

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.removed()).doesNotContainKey("conversations");
        assertGone();
        keeping.deletedRecords()
                .restore(keeping.deletedRecords()
                        .findNewest("message", his.id().value())
                        .orElseThrow()
                        .id());
        assertThat(db.messages().get(his.id()).content()).isEqualTo("kept");
    }

    @Test
    void aNameThatAnotherAgentHasNowStaysInTheLog() {
        createAnn();
        Agent renamed = db.agents().update(ann.toBuilder().name("shared name").build());
        db.agents().update(renamed.toBuilder().name(NEEDLE).build());
        createAgent("shared name");
        Task his = db.as("shared name").tasks().create(task().agentId(bob.id()).build());

        erase(ErasureRequest.agent(ann.id()));

        assertGone();
        assertThat(db.audit().list(PageRequest.first(50)).items())
                .filteredOn(entry -> his.id().value().equals(entry.key()))
                .extracting(AuditEntry::actor)
                .containsExactly("shared name");
    }

    @Test
    void aConversationOfAPseudonymLosesWhereItCameFrom() {
        createAnn();
        Source source = db.sources().create(source().name(NEEDLE).build());
        Conversation hers = db.conversations()
                .create(Conversation.builder()
                        .id(CONVERSATION)
                        .title(NEEDLE)
                        .origin(Origin.of(source, NEEDLE))
                        .build());
        db.messages().create(message(ann).content(NEEDLE).build());

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()).pseudonymised());

        assertThat(receipt.removed()).containsEntry("sources", 1L).doesNotContainKey("conversations");
        assertThat(receipt.changed()).containsEntry("conversations", 1L);
        assertGone();
        Conversation stays = db.conversations().get(hers.id());
        assertThat(stays.title()).isNull();
        assertThat(stays.origin()).isEqualTo(Origin.NONE);
        assertThat(stays.createdAt()).isEqualTo(hers.createdAt());
    }

    /** A text column that can refer to one of the library's. */
    private String text() {
        return "text" + (engine().name().startsWith("SQLite") ? "" : " COLLATE \"C\"");
    }

    @Test
    void aKeyToAnotherColumnThanTheIdIsRefused() {
        createAnn();
        ErasureRequest request = ErasureRequest.agent(ann.id());
        change("CREATE TABLE profiles (id bigint PRIMARY KEY, agent_name " + text()
                + " NOT NULL REFERENCES agents (name) ON DELETE CASCADE, email text)");
        db.audit().enable();
        change("INSERT INTO profiles VALUES (1, '" + ann.name() + "', '" + NEEDLE + "')");

        assertThatThrownBy(() -> db.erasure().preview(request))
                .isInstanceOf(ReferenceException.class)
                .hasMessageContaining("profiles");
        assertThatThrownBy(() -> db.erasure().erase(request))
                .isInstanceOf(ReferenceException.class)
                .hasMessageContaining("profiles")
                .hasMessageNotContaining(NEEDLE);
        assertThat(db.agents().find(ann.id())).isPresent();
    }

    @Test
    void recordsOfAPseudonymStayIfItsAgentWasDeleted() {
        createAnn();
        Task hers = db.tasks().create(task().agentId(ann.id()).type(NEEDLE).build());
        db.agents().delete(ann.id());

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()).pseudonymised());

        assertThat(receipt.changed()).containsEntry("tasks", 1L);
        assertThat(receipt.removed()).doesNotContainKey("tasks");
        assertThat(receipt.pseudonym()).isNull();
        assertGone();
        assertThat(db.tasks().get(hers.id()).type()).isEqualTo("erased");
    }

    @Test
    void whoeverSwitchedTheLogOnCanBeErased() {
        createAnn();
        db.audit().disable();
        db.as(ann.name()).audit().enable(List.of("agents.mode"));
        assertThat(db.doctor().findings()).isEmpty();

        erase(ErasureRequest.agent(ann.id()));

        assertThat(db.doctor().findings()).extracting(Finding::code).doesNotContain("audit-settings-changed");
        assertThat(db.audit().verify().fault()).isEmpty();
    }

    @Test
    void rowsThatLoseAReferenceAreCounted() {
        createAnn();
        Message hers = say(ann, CONVERSATION, NEEDLE);
        Task child = db.tasks()
                .create(task().agentId(bob.id()).parentId(hers.taskId()).build());
        Message others = db.messages()
                .create(message(bob)
                        .conversationId(OTHERS)
                        .taskId(hers.taskId())
                        .build());
        change("CREATE TABLE votes (id bigint PRIMARY KEY, first_id " + text()
                + " REFERENCES messages (id) ON DELETE SET NULL, second_id " + text()
                + " REFERENCES messages (id) ON DELETE SET NULL)");
        change("CREATE TABLE notes (message_id " + text() + " REFERENCES messages (id) ON DELETE SET NULL)");
        db.audit().enable();
        change("INSERT INTO votes VALUES (1, '" + hers.id() + "', '" + hers.id() + "'), (2, NULL, '" + hers.id()
                + "'), (3, NULL, '" + others.id() + "')");
        change("INSERT INTO notes VALUES ('" + hers.id() + "'), ('" + hers.id() + "'), ('" + others.id() + "')");

        ErasureReceipt receipt = erase(ErasureRequest.agent(ann.id()));

        assertThat(receipt.changed())
                .containsEntry("tasks", 1L)
                .containsEntry("messages", 1L)
                .containsEntry("votes", 2L)
                .containsEntry("notes", 2L);
        assertThat(db.tasks().get(child.id()).parentId()).isNull();
        assertThat(db.messages().get(others.id()).taskId()).isNull();
    }

    @Test
    void aTableWithoutAKeyGoesWithWhatItRefersTo() {
        db.conversations().create(Conversation.builder().id(CONVERSATION).build());
        change("CREATE TABLE notes (conversation_id " + text()
                + " REFERENCES conversations (id) ON DELETE CASCADE, text text)");
        db.audit().enable();
        change("INSERT INTO notes VALUES ('" + CONVERSATION + "', '" + NEEDLE + "')");
        change("INSERT INTO notes VALUES (NULL, 'kept')");

        ErasureReceipt receipt = db.erasure().erase(ErasureRequest.conversation(CONVERSATION));

        assertThat(receipt.removed()).containsEntry("notes", 1L);
        if (engine().name().startsWith("SQLite")) {
            assertGone();
        }
        assertThat(db.dsl().fetchCount(DSL.table("notes"))).isEqualTo(1);
    }
}
