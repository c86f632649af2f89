package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.deleted.DeletedRecordId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.testkit.StatementLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deleted records are kept whole, and come back whole. */
abstract class DeletedRecordsContract extends Contract {

    private static final byte[] PICTURE = {1, 2, 3};

    private Database keeping;
    private Agent ann;
    private Agent bob;

    @BeforeEach
    void prepare() {
        keeping = engine().beside(db)
                .orElseThrow()
                .clock(clock)
                .keepDeleted(Duration.ofDays(30))
                .open();
        ann = createAgent("ann");
        bob = createAgent("bob");
    }

    @AfterEach
    void close() {
        keeping.close();
        for (String table : List.of("eras", "events", "notes", "\"NOTES\"", "\"LINKS\"")) {
            db.useTx(tx -> tx.dsl().execute("DROP TABLE IF EXISTS " + table));
        }
    }

    /** All rows of the library's tables, as text. */
    private Map<String, List<String>> rows() {
        Map<String, List<String>> rows = new TreeMap<>();
        for (Table<?> table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            rows.put(
                    table.getName(),
                    db.dsl().selectFrom(table).fetch().stream()
                            .map(row -> row.intoList().stream()
                                    .map(value -> value instanceof byte[] bytes
                                            ? HexFormat.of().formatHex(bytes)
                                            : value)
                                    .toList()
                                    .toString())
                            .sorted()
                            .toList());
        }
        return rows;
    }

    private DeletedRecord newest(String kind, String id) {
        return keeping.deletedRecords().findNewest(kind, id).orElseThrow();
    }

    private Message filledConversation() {
        Task task = db.tasks().create(task().agentId(ann.id()).build());
        Blob picture = db.blobs().write(PICTURE);
        Message first = db.messages()
                .create(message(ann)
                        .receiverId(bob.id())
                        .content("\u00e9\ud83d\ude00 \" \\ ' \n")
                        .parts(List.of(
                                MessagePart.image("image/png", picture.id()),
                                MessagePart.toolCall("call_1", "search", Json.parse("{\"n\":[1,2.50,1e400]}"))))
                        .metadata(Json.parse("{\"b\":1.50,\"a\":null}"))
                        .taskId(task.id())
                        .build());
        MessageId last = db.messages()
                .createAll(IntStream.range(0, 5)
                        .mapToObj(i -> message(bob)
                                .content("answer " + i)
                                .parts(i == 0 ? List.of(MessagePart.toolResult("call_1", "found")) : List.of())
                                .build())
                        .toList())
                .get(2)
                .id();
        db.conversations().compact(CONVERSATION, last, "so far", InsideToolCall.REFUSE);
        db.toolExecutions()
                .create(execution(bob).messageId(first.id()).callId("call_1").build());
        db.modelCalls().create(modelCall().messageId(first.id()).build());
        return first;
    }

    @Test
    void withoutTheOptionADeletedRecordIsGone() {
        db.messages().delete(filledConversation().id());
        db.conversations().delete(CONVERSATION);

        assertThat(db.deletedRecords().list(PageRequest.first(10)).items()).isEmpty();
        assertThat(db.blobs().list(PageRequest.first(10)).items()).isEmpty();
    }

    @Test
    void aConversationComesBackWithAllThatWentWithIt() {
        Message first = filledConversation();
        Map<String, List<String>> before = rows();

        keeping.conversations().delete(CONVERSATION);
        DeletedRecord deleted = newest("conversation", CONVERSATION.value());
        assertThat(db.messages().find(first.id())).isEmpty();
        assertThat(db.toolExecutions().list(1, 0).get(0).messageId()).isNull();
        assertThat(deleted.deletedAt()).isEqualTo(clock.instant());
        assertThat(deleted.deletedBy()).isNull();
        assertThat(deleted.schemaVersion()).isEqualTo(db.schemaVersion());
        assertThat(keeping.deletedRecords().get(deleted.id())).isEqualTo(deleted);

        assertThat(db.deletedRecords().restore(deleted.id())).isEqualTo(deleted);

        Map<String, List<String>> after = rows();
        assertThat(db.toolExecutions().list(1, 0).get(0).messageId()).isEqualTo(first.id());
        assertThat(db.modelCalls().list(1, 0).get(0).messageId()).isEqualTo(first.id());
        for (String updated : List.of("tool_executions", "model_calls")) {
            before.remove(updated);
            after.remove(updated);
        }
        assertThat(after).isEqualTo(before);
        assertThat(db.blobs()
                        .read(db.blobs()
                                .list(PageRequest.first(10))
                                .items()
                                .get(0)
                                .id()))
                .isEqualTo(PICTURE);
        assertThatThrownBy(() -> db.deletedRecords().restore(deleted.id())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aConversationWithBranchesComesBack() {
        Message first = filledConversation();
        db.conversations().fork(CONVERSATION, db.messages().list(10, 0).get(4).id(), InsideToolCall.REFUSE);
        db.messages().create(message(bob).content("on a branch").build());
        List<String> conversations = rows().get("conversations");
        List<String> messages = rows().get("messages");

        keeping.conversations().delete(CONVERSATION);
        keeping.deletedRecords()
                .restore(newest("conversation", CONVERSATION.value()).id());

        assertThat(rows().get("conversations")).isEqualTo(conversations);
        assertThat(rows().get("messages")).isEqualTo(messages);
    }

    @Test
    void aMessageComesBackToItsPlace() {
        Message first = filledConversation();
        keeping.messages().delete(first.id());
        assertThat(db.messages().list(1, 0).get(0).content()).isEqualTo("answer 0");

        keeping.deletedRecords().restore(newest("message", first.id().value()).id());

        assertThat(db.messages().list(1, 0).get(0)).isEqualTo(first);
    }

    private List<Message> threeWithABranch() {
        Message first = db.messages().create(message(bob).content("first").build());
        Message second = db.messages().create(message(bob).content("second").build());
        db.conversations().fork(CONVERSATION, first.id(), InsideToolCall.REFUSE);
        Message third = db.messages().create(message(bob).content("third").build());
        return List.of(first, second, third);
    }

    private List<String> path() {
        return db.messages().listByConversation(CONVERSATION, PageRequest.first(10)).items().stream()
                .map(Message::content)
                .toList();
    }

    /** Without messages a conversation has no head, and a new message begins one without branches. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNewMessageStaysOnThePathWhenThoseBeforeItComeBack(boolean backward) {
        List<Message> messages = new ArrayList<>(threeWithABranch());
        if (backward) {
            Collections.reverse(messages);
        }
        messages.forEach(message -> keeping.messages().delete(message.id()));
        db.messages().create(message(bob).content("new").build());

        Collections.reverse(messages);
        for (Message message : messages) {
            keeping.deletedRecords()
                    .restore(newest("message", message.id().value()).id());
            assertThat(path()).endsWith("new");
        }

        assertThat(path()).contains("third");
        db.messages().create(message(bob).content("newer").build());
        assertThat(path()).endsWith("new", "newer");
    }

    @Test
    void allMessagesOfAConversationWithABranchComeBack() {
        List<Message> messages = new ArrayList<>(threeWithABranch());
        List<String> rows = rows().get("messages");
        Collections.reverse(messages);
        messages.forEach(message -> keeping.messages().delete(message.id()));
        assertThat(path()).isEmpty();

        Collections.reverse(messages);
        messages.forEach(message -> keeping.deletedRecords()
                .restore(newest("message", message.id().value()).id()));

        assertThat(rows().get("messages")).isEqualTo(rows);
        assertThat(path()).containsExactly("first", "third");
    }

    private void restore(Message message) {
        keeping.deletedRecords().restore(newest("message", message.id().value()).id());
    }

    @Test
    void aConversationWithABranchEndsAsBeforeWhenAllItsMessagesComeBack() {
        List<Message> messages = new ArrayList<>(threeWithABranch());
        messages.add(db.messages().create(message(bob).content("fourth").build()));
        messages.add(db.messages().create(message(bob).content("fifth").build()));
        Collections.reverse(messages);
        messages.forEach(message -> keeping.messages().delete(message.id()));

        Collections.reverse(messages);
        messages.forEach(this::restore);

        assertThat(path()).containsExactly("first", "third", "fourth", "fifth");
    }

    @Test
    void theEndOfTheConversationComesBackToItsEnd() {
        threeWithABranch();
        Message fourth = db.messages().create(message(bob).content("fourth").build());
        keeping.messages().delete(fourth.id());
        assertThat(path()).containsExactly("first", "third");

        restore(fourth);

        assertThat(path()).containsExactly("first", "third", "fourth");
    }

    @Test
    void anotherVersionOfTheFirstMessageComesBackToTheEnd() {
        db.messages().create(message(bob).content("first").build());
        MessageId id = MessageId.next();
        Message other = db.messages()
                .create(message(bob).id(id).parentId(id).content("other").build());
        keeping.messages().delete(other.id());
        assertThat(path()).containsExactly("first");

        restore(other);

        assertThat(path()).containsExactly("other");
    }

    @Test
    void aMessageThatWasNotTheEndComesBackToItsBranch() {
        List<Message> messages = threeWithABranch();
        keeping.messages().delete(messages.get(2).id());
        keeping.messages().delete(messages.get(1).id());
        assertThat(path()).containsExactly("first");

        restore(messages.get(1));

        assertThat(path()).containsExactly("first");
    }

    @Test
    void aMessageThatWasTheEndComesBackBesideANewOne() {
        Message third = threeWithABranch().get(2);
        keeping.messages().delete(third.id());
        db.messages().create(message(bob).content("new").build());

        restore(third);

        assertThat(path()).containsExactly("first", "new");
    }

    @Test
    void everyKindComesBack() {
        Team team = createTeam("writers");
        db.teams().addMember(team.id(), ann.id(), "lead");
        var workflow = db.workflows().create(workflow().build());
        Task task = db.tasks()
                .create(task().agentId(ann.id())
                        .teamId(team.id())
                        .workflowId(workflow.id())
                        .input(Json.parse("[1.50, \"x\"]"))
                        .build());
        Task child = db.tasks().create(task().parentId(task.id()).build());
        var score = db.scores().create(score(task).build());
        var source = db.sources().create(source().build());
        var call = db.modelCalls().create(modelCall().agentId(ann.id()).build());
        var execution =
                db.toolExecutions().create(execution(bob).taskId(task.id()).build());
        db.conversations()
                .create(Conversation.builder()
                        .id(CONVERSATION)
                        .origin(Origin.of(source, "e"))
                        .build());

        keeping.scores().delete(score.id());
        keeping.toolExecutions().delete(execution.id());
        keeping.modelCalls().delete(call.id());
        keeping.sources().delete(source.id());
        keeping.tasks().delete(task.id());
        keeping.workflows().delete(workflow.id());
        keeping.teams().delete(team.id());
        keeping.agents().delete(ann.id());
        List<DeletedRecord> all = walk(3, keeping.deletedRecords()::list);
        assertThat(all)
                .extracting(DeletedRecord::kind)
                .containsExactlyInAnyOrder(
                        "score", "tool execution", "model call", "source", "task", "workflow", "team", "agent");
        assertThat(walk(1, request -> keeping.deletedRecords().listByKind("team", request)))
                .extracting(DeletedRecord::recordId)
                .containsExactly(team.id().value());

        List<DeletedRecord> newestFirst = new ArrayList<>(all);
        Collections.reverse(newestFirst);
        newestFirst.forEach(deleted -> keeping.deletedRecords().restore(deleted.id()));

        assertThat(db.agents().get(ann.id())).isEqualTo(ann);
        assertThat(db.teams().get(team.id())).isEqualTo(team);
        assertThat(db.teams().listMembers(team.id())).hasSize(1);
        assertThat(db.workflows().get(workflow.id())).isEqualTo(workflow);
        assertThat(db.sources().get(source.id())).isEqualTo(source);
        assertThat(db.modelCalls().get(call.id()).agentId()).isEqualTo(ann.id());
        assertThat(db.tasks().get(task.id()).input()).isEqualTo(task.input());
        assertThat(db.tasks().get(task.id()).workflowId()).isEqualTo(workflow.id());
        assertThat(db.tasks().get(child.id()).parentId()).isEqualTo(task.id());
        assertThat(db.scores().get(score.id())).isEqualTo(score);
        assertThat(db.toolExecutions().get(execution.id())).isEqualTo(execution);
        assertThat(db.conversations().get(CONVERSATION).origin().sourceId()).isEqualTo(source.id());
        assertThat(rows().get("deleted_rows")).isEmpty();
    }

    @Test
    void aNameThatIsTakenByNowIsNamedAndNothingIsRestored() {
        keeping.agents().delete(ann.id());
        DeletedRecord deleted = newest("agent", ann.id().value());
        createAgent("ann");
        Map<String, List<String>> before = rows();

        ConflictException e = catchThrowableOfType(
                ConflictException.class, () -> keeping.deletedRecords().restore(deleted.id()));

        assertThat(e)
                .hasMessage("agent " + ann.id() + " cannot be restored: its name 'ann' is taken by another agent;"
                        + " change or delete that one first");
        assertThat(e.field()).isEqualTo("name");
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void anIdThatIsTakenByNowIsNamed() {
        keeping.agents().delete(ann.id());
        db.agents().create(agent("other").id(ann.id()).build());

        assertThatThrownBy(() -> keeping.deletedRecords()
                        .restore(newest("agent", ann.id().value()).id()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("its id '" + ann.id() + "' is taken");
    }

    @Test
    void aRecordThatIsMissingByNowIsNamedAndNothingIsRestored() {
        db.messages().create(message(ann).receiverId(bob.id()).build());
        keeping.conversations().delete(CONVERSATION);
        keeping.agents().delete(bob.id());
        Map<String, List<String>> before = rows();

        assertThatThrownBy(() -> keeping.deletedRecords()
                        .restore(newest("conversation", CONVERSATION.value()).id()))
                .isInstanceOf(ReferenceException.class)
                .hasMessage("conversation " + CONVERSATION + " cannot be restored: its messages refer to agents "
                        + bob.id() + ", which does not exist; restore or create it first");

        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void whatCannotBeDeletedIsNotKept() {
        db.messages().create(message(ann).build());

        assertThatThrownBy(() -> keeping.agents().delete(ann.id())).isInstanceOf(ReferenceException.class);
        assertThatThrownBy(() -> keeping.tasks().delete(task().build().id())).isInstanceOf(NotFoundException.class);
        keeping.useTx(tx ->
                assertThatThrownBy(() -> tx.tasks().delete(task().build().id())).isInstanceOf(NotFoundException.class));

        assertThat(rows().get("deleted_records")).isEmpty();
    }

    @Test
    void aTransactionThatIsRolledBackKeepsNothing() {
        assertThatThrownBy(() -> keeping.useTx(tx -> {
                    tx.agents().delete(ann.id());
                    assertThat(tx.deletedRecords().list(PageRequest.first(10)).items())
                            .hasSize(1);
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");

        assertThat(rows().get("deleted_records")).isEmpty();
        assertThat(db.agents().get(ann.id())).isEqualTo(ann);
    }

    @Test
    void itIsKnownWhoDeleted() {
        try (Database anns = keeping.as("ann")) {
            anns.agents().delete(ann.id());
            anns.as("bob").useTx(tx -> tx.agents().delete(bob.id()));
        }

        assertThat(newest("agent", ann.id().value()).deletedBy()).isEqualTo("ann");
        assertThat(newest("agent", bob.id().value()).deletedBy()).isEqualTo("bob");
        assertThatThrownBy(() -> keeping.as(" ")).isInstanceOf(InvalidDataException.class);
    }

    @Test
    void whatIsAddedMeanwhileIsKeptOrRefused() throws InterruptedException {
        filledConversation();
        CountDownLatch deleting = new CountDownLatch(1);
        AtomicInteger stored = new AtomicInteger();
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 200; i++) {
                try {
                    db.messages().create(message(ann).content("late " + i).build());
                    stored.incrementAndGet();
                } catch (StorageException e) {
                    // Its conversation was deleted meanwhile.
                }
                if (i == 5) {
                    deleting.countDown();
                }
            }
        });
        writer.start();
        deleting.await();
        for (int i = 0; i < 5; i++) {
            keeping.conversations().delete(CONVERSATION);
            keeping.messages().create(message(bob).content("after " + i).build());
        }
        writer.join();

        long kept = db.dsl().fetchCount(DELETED_ROWS, DELETED_ROWS.TABLE_NAME.eq("messages"));
        long live = db.dsl().fetchCount(MESSAGES);
        assertThat(kept + live).isEqualTo(6 + 5 + stored.get());
    }

    /** What comes back is the row that was deleted, not the one that was there when the deletion began. */
    @Test
    void whatIsChangedMeanwhileComesBackChanged() throws Exception {
        MessageId changed = filledConversation().id();
        AtomicReference<CompletableFuture<Void>> deletion = new AtomicReference<>();

        db.useTx(tx -> {
            tx.dsl()
                    .update(MESSAGES)
                    .set(MESSAGES.CONTENT, "changed")
                    .where(MESSAGES.ID.eq(changed))
                    .execute();
            deletion.set(OwnThread.run(() -> keeping.conversations().delete(CONVERSATION)));
            if (tx.dsl().dialect() == SQLDialect.POSTGRES) {
                awaitBlocked(tx.dsl());
            }
            assertThat(deletion.get()).isNotDone();
        });
        deletion.get().get(30, TimeUnit.SECONDS);
        keeping.deletedRecords()
                .restore(newest("conversation", CONVERSATION.value()).id());

        assertThat(db.messages().get(changed).content()).isEqualTo("changed");
    }

    @Test
    void anIdThatIsUsedTwiceIsKeptTwice() {
        keeping.agents().delete(ann.id());
        clock.advance();
        keeping.agents().create(agent("second").id(ann.id()).build());
        keeping.agents().delete(ann.id());

        assertThat(walk(10, keeping.deletedRecords()::list)).hasSize(2);
        keeping.deletedRecords().restore(newest("agent", ann.id().value()).id());
        assertThat(db.agents().get(ann.id()).name()).isEqualTo("second");
    }

    @Test
    void aBlobStaysUntilNothingCanBringItBack() {
        Message first = filledConversation();
        keeping.messages().delete(first.id());
        assertThat(db.blobs().deleteUnused(clock.instant().plusSeconds(60))).isZero();
        assertThat(db.blobs().list(PageRequest.first(10)).items()).hasSize(1);

        keeping.deletedRecords().purge(newest("message", first.id().value()).id());

        assertThat(db.blobs().list(PageRequest.first(10)).items()).isEmpty();
        assertThat(rows().get("deleted_rows")).isEmpty();
        assertThat(rows().get("deleted_blobs")).isEmpty();
    }

    @Test
    void oldOnesArePurgedAtOnceOrByAndBy() {
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            agents.add(createAgent("agent " + i));
        }
        agents.subList(0, 12).forEach(agent -> keeping.agents().delete(agent.id()));
        clock.set(clock.instant().plus(Duration.ofDays(31)));
        keeping.agents().delete(agents.get(12).id());
        assertThat(rows().get("deleted_records")).hasSize(3);

        assertThat(keeping.deletedRecords().purgeDeletedBefore(clock.instant())).isEqualTo(2);
        assertThat(keeping.deletedRecords().purgeDeletedBefore(Instant.MIN)).isZero();
        assertThat(walk(10, keeping.deletedRecords()::list))
                .extracting(DeletedRecord::recordId)
                .containsExactly(agents.get(12).id().value());
        assertThat(keeping.deletedRecords().purgeDeletedBefore(Instant.MAX)).isEqualTo(1);
        assertThatThrownBy(() -> keeping.deletedRecords().purge(DeletedRecordId.next()))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void theNumberOfRowsAddsNoStatements() {
        filledConversation();
        int few;
        try (StatementLog log = new StatementLog()) {
            keeping.conversations().delete(CONVERSATION);
            few = log.statements().size();
            keeping.deletedRecords()
                    .restore(newest("conversation", CONVERSATION.value()).id());
        }
        db.messages()
                .createAll(IntStream.range(0, 500)
                        .mapToObj(i -> message(bob).content("more " + i).build())
                        .toList());
        try (StatementLog log = new StatementLog()) {
            keeping.conversations().delete(CONVERSATION);
            assertThat(log.statements()).hasSizeLessThanOrEqualTo(few).hasSizeLessThan(25);
        }
        try (StatementLog log = new StatementLog()) {
            keeping.deletedRecords()
                    .restore(newest("conversation", CONVERSATION.value()).id());
            assertThat(log.statements()).hasSizeLessThan(30);
        }
        assertThat(db.dsl().fetchCount(DELETED_ROWS)).isZero();
        assertThat(db.dsl().fetchCount(DELETED_BLOBS)).isZero();
    }

    @Test
    void rowsOfTheApplicationsTablesGoAndComeBackToo() {
        Message first = filledConversation();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, message_id text REFERENCES messages (id)"
                            + " ON DELETE CASCADE, score real, \"it's\" text)");
            tx.dsl()
                    .execute("INSERT INTO notes VALUES (7, '" + first.id() + "', 0.25, 'it''s'), (8, '" + first.id()
                            + "', NULL, NULL)");
        });
        String before = db.dsl().fetch("SELECT * FROM notes ORDER BY id").formatCSV();

        keeping.conversations().delete(CONVERSATION);
        assertThat(db.dsl().fetch("SELECT * FROM notes")).isEmpty();
        keeping.deletedRecords()
                .restore(newest("conversation", CONVERSATION.value()).id());

        assertThat(db.dsl().fetch("SELECT * FROM notes ORDER BY id").formatCSV())
                .isEqualTo(before);
    }

    /** The library stores years from 0 on; the application's tables may have others. */
    @Test
    void timesOfAnyYearComeBack() {
        Agent first = db.agents()
                .create(agent("first")
                        .createdAt(Instant.parse("0000-02-29T23:59:59.999999Z"))
                        .build());
        Agent second = db.agents()
                .create(agent("second")
                        .createdAt(Instant.parse("0001-01-01T00:00:00Z"))
                        .build());
        AtomicInteger ids = new AtomicInteger();
        Message message = filledConversation();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE eras (id integer PRIMARY KEY, message_id text REFERENCES messages (id)"
                            + " ON DELETE CASCADE, at timestamp with time zone)");
            tx.dsl()
                    .execute("INSERT INTO eras VALUES "
                            + Stream.of(
                                            "'0044-03-15 12:00:00.25+00 BC'",
                                            "'12026-01-01 00:00:00+00'",
                                            "'infinity'",
                                            "'-infinity'",
                                            "'0001-06-01 00:00:00+00 BC'",
                                            "NULL")
                                    .map(at -> "(" + ids.incrementAndGet() + ", '" + message.id() + "', " + at + ")")
                                    .collect(Collectors.joining(", ")));
        });
        String eras = db.dsl()
                .fetch("SELECT id, CAST(at AS text) FROM eras ORDER BY id")
                .formatCSV();

        keeping.agents().delete(first.id());
        keeping.agents().delete(second.id());
        keeping.messages().delete(message.id());
        for (Agent agent : List.of(first, second)) {
            keeping.deletedRecords().restore(newest("agent", agent.id().value()).id());
            assertThat(db.agents().get(agent.id())).isEqualTo(agent);
        }
        keeping.deletedRecords().restore(newest("message", message.id().value()).id());

        assertThat(db.dsl()
                        .fetch("SELECT id, CAST(at AS text) FROM eras ORDER BY id")
                        .formatCSV())
                .isEqualTo(eras);
    }

    /** A migration may write a name otherwise, and SQLite ignores the case of names. */
    @Test
    void rowsComeBackAfterNamesChangedTheirCase() {
        Message first = filledConversation();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, message_id text REFERENCES messages (id)"
                            + " ON DELETE CASCADE, about integer REFERENCES notes (id) ON DELETE SET NULL, body text)");
            tx.dsl()
                    .execute("CREATE TABLE links (id integer PRIMARY KEY, message_id text REFERENCES messages (id)"
                            + " ON DELETE SET NULL)");
            tx.dsl().execute("INSERT INTO notes VALUES (7, '" + first.id() + "', NULL, 'x')");
            tx.dsl().execute("INSERT INTO notes VALUES (8, '" + first.id() + "', 7, 'y')");
            tx.dsl().execute("INSERT INTO links VALUES (1, '" + first.id() + "')");
        });
        String notes = db.dsl().fetch("SELECT * FROM notes ORDER BY id").formatCSV();

        keeping.messages().delete(first.id());
        db.useTx(tx -> {
            for (String column : List.of("id", "message_id", "about", "body")) {
                tx.dsl()
                        .execute("ALTER TABLE notes RENAME COLUMN " + column + " TO \""
                                + column.toUpperCase(Locale.ROOT) + '"');
            }
            tx.dsl().execute("ALTER TABLE links RENAME COLUMN message_id TO \"Message_Id\"");
            for (String table : List.of("notes", "links")) {
                tx.dsl().execute("ALTER TABLE " + table + " RENAME TO other_" + table);
                tx.dsl().execute("ALTER TABLE other_" + table + " RENAME TO \"" + table.toUpperCase(Locale.ROOT) + '"');
            }
        });
        keeping.deletedRecords().restore(newest("message", first.id().value()).id());

        assertThat(db.dsl().fetch("SELECT * FROM \"NOTES\" ORDER BY \"ID\"").formatCSV())
                .isEqualToIgnoringCase(notes);
        assertThat(db.dsl().fetchValue("SELECT \"Message_Id\" FROM \"LINKS\""))
                .isEqualTo(first.id().value());
    }

    @Test
    void rowsThatCannotBeKeptAreNamedAndNothingIsDeleted() {
        Message first = filledConversation();
        db.useTx(tx -> tx.dsl()
                .execute("CREATE TABLE notes (id integer PRIMARY KEY, message_id text REFERENCES messages"
                        + " (id) ON DELETE CASCADE, parent integer REFERENCES notes (id) ON DELETE CASCADE)"));

        assertThatThrownBy(() -> keeping.messages().delete(first.id()))
                .isInstanceOf(ReferenceException.class)
                .hasMessage("message " + first.id() + " cannot be deleted and kept: the table notes deletes further"
                        + " rows of notes with it; delete those rows first, or open the database without keepDeleted");

        db.useTx(tx -> {
            tx.dsl().execute("DROP TABLE notes");
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, message_id text REFERENCES messages (id)"
                            + " ON DELETE CASCADE, \"odd \"\"name\" text)");
        });
        assertThatThrownBy(() -> keeping.messages().delete(first.id()))
                .isInstanceOf(ReferenceException.class)
                .hasMessageContaining("the table notes has a column with a quote");
        assertThat(db.messages().get(first.id())).isEqualTo(first);
    }

    @Test
    void aTableThatIsGoneIsNamed() {
        Message first = filledConversation();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, message_id text REFERENCES messages (id)"
                            + " ON DELETE CASCADE)");
            tx.dsl().execute("INSERT INTO notes VALUES (7, '" + first.id() + "')");
        });
        keeping.messages().delete(first.id());
        db.useTx(tx -> tx.dsl().execute("DROP TABLE notes"));

        assertThatThrownBy(() -> keeping.deletedRecords()
                        .restore(newest("message", first.id().value()).id()))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("the table notes is no longer there");
    }

    @Test
    void aNumberThatComesBackIsNotGivenOutAgain() {
        Message last = db.messages()
                .createAll(IntStream.range(0, 5)
                        .mapToObj(i -> message(bob).build())
                        .toList())
                .get(4);
        keeping.messages().delete(last.id());
        keeping.conversations().delete(CONVERSATION);
        db.messages().create(message(bob).build());

        keeping.deletedRecords().restore(newest("message", last.id().value()).id());

        assertThat(db.messages().create(message(bob).build()).sequenceNumber()).isEqualTo(6);
        assertThat(db.doctor().findings()).noneMatch(finding -> finding.code().equals("sequence-ahead"));
    }

    @Test
    void aRowThatLosesAReferenceAndHasNoOtherGetsItBack() {
        Message first = filledConversation();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, message_id text REFERENCES messages (id)"
                            + " ON DELETE CASCADE, about text REFERENCES messages (id) ON DELETE SET NULL)");
            tx.dsl().execute("INSERT INTO notes VALUES (1, NULL, '" + first.id() + "')");
        });
        String before = db.dsl().fetch("SELECT * FROM notes").formatCSV();

        keeping.messages().delete(first.id());
        keeping.deletedRecords().restore(newest("message", first.id().value()).id());

        assertThat(db.dsl().fetch("SELECT * FROM notes").formatCSV()).isEqualTo(before);
    }

    @Test
    void aParentThatIsMissingByNowIsNamed() {
        Task parent = db.tasks().create(task().build());
        Task child = db.tasks().create(task().parentId(parent.id()).build());
        keeping.tasks().delete(child.id());
        keeping.tasks().delete(parent.id());

        assertThatThrownBy(() -> keeping.deletedRecords()
                        .restore(newest("task", child.id().value()).id()))
                .isInstanceOf(ReferenceException.class)
                .hasMessage("task " + child.id() + " cannot be restored: its tasks refer to tasks " + parent.id()
                        + ", which does not exist; restore or create it first");

        keeping.deletedRecords().restore(newest("task", parent.id().value()).id());
        keeping.deletedRecords().restore(newest("task", child.id().value()).id());
        assertThat(db.tasks().get(child.id()).parentId()).isEqualTo(parent.id());
    }

    @Test
    void rowsThatReferToAColumnThatTheEngineComputesComeBack() {
        Message first = filledConversation();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, code text GENERATED ALWAYS AS ('n' || body)"
                            + " STORED UNIQUE, body text, up text REFERENCES notes (code), message_id text REFERENCES"
                            + " messages (id) ON DELETE CASCADE)");
            tx.dsl()
                    .execute("INSERT INTO notes (id, body, up, message_id) VALUES (1, 'a', NULL, '" + first.id()
                            + "'), (2, 'b', 'na', '" + first.id() + "')");
        });
        String before = db.dsl().fetch("SELECT * FROM notes ORDER BY id").formatCSV();

        keeping.messages().delete(first.id());
        keeping.deletedRecords().restore(newest("message", first.id().value()).id());

        assertThat(db.dsl().fetch("SELECT * FROM notes ORDER BY id").formatCSV())
                .isEqualTo(before);
    }

    @Test
    void rowsThatReferToAColumnThatWasAddedSinceComeBack() {
        Message first = filledConversation();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, up text, message_id text REFERENCES"
                            + " messages (id) ON DELETE CASCADE)");
            tx.dsl()
                    .execute("INSERT INTO notes VALUES (1, NULL, '" + first.id() + "'), (2, 'gone', '" + first.id()
                            + "')");
        });
        keeping.messages().delete(first.id());
        db.useTx(tx -> {
            tx.dsl().execute("DROP TABLE notes");
            tx.dsl()
                    .execute("CREATE TABLE notes (id integer PRIMARY KEY, up text REFERENCES notes (code), message_id"
                            + " text REFERENCES messages (id) ON DELETE CASCADE, code text UNIQUE)");
        });
        DeletedRecordId deleted = newest("message", first.id().value()).id();
        assertThatThrownBy(() -> keeping.deletedRecords().restore(deleted)).isInstanceOf(ReferenceException.class);

        db.useTx(tx -> tx.dsl().execute("INSERT INTO notes (id, code) VALUES (3, 'gone')"));
        keeping.deletedRecords().restore(deleted);

        assertThat(db.dsl().fetchValue("SELECT up FROM notes WHERE id = 2")).isEqualTo("gone");
    }

    /** Only the rows that lost a reference get it back. */
    @Test
    void rowsWhoseKeyTheEngineComputesComeBack() {
        Message first = filledConversation();
        boolean isSqlite = db.dsl().dialect() == SQLDialect.SQLITE;
        String key = isSqlite ? "code text PRIMARY KEY" : "code text GENERATED ALWAYS AS (body) STORED PRIMARY KEY";
        String columns = isSqlite ? " (code, " : " (body, ";
        String message = "'" + first.id() + "')";
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE notes (body text, " + key
                            + ", about text REFERENCES messages (id) ON DELETE SET NULL)");
            tx.dsl()
                    .execute("CREATE TABLE events (body text, " + key
                            + ", message_id text REFERENCES messages (id) ON DELETE CASCADE)");
            tx.dsl()
                    .execute("CREATE TABLE eras (body text, " + key + ", message_id text REFERENCES messages (id)"
                            + " ON DELETE CASCADE, other text REFERENCES events (code) ON DELETE SET NULL)");
            tx.dsl().execute("INSERT INTO notes" + columns + "about) VALUES ('a', " + message + ", ('b', NULL)");
            tx.dsl()
                    .execute("INSERT INTO events" + columns + "message_id) VALUES ('x', " + message + ", ('y', "
                            + message);
            tx.dsl()
                    .execute("INSERT INTO eras" + columns + "other, message_id) VALUES ('a', 'x', " + message
                            + ", ('b', 'y', " + message + ", ('c', NULL, NULL)");
        });
        String notes = db.dsl().fetch("SELECT * FROM notes ORDER BY code").formatCSV();
        String eras = db.dsl().fetch("SELECT * FROM eras ORDER BY code").formatCSV();

        keeping.messages().delete(first.id());
        keeping.deletedRecords().restore(newest("message", first.id().value()).id());

        assertThat(db.dsl().fetch("SELECT * FROM notes ORDER BY code").formatCSV())
                .isEqualTo(notes);
        assertThat(db.dsl().fetch("SELECT * FROM eras ORDER BY code").formatCSV())
                .isEqualTo(eras);
    }
}
