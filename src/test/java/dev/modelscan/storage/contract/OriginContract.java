package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageOrigin;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.testkit.StatementLog;
import dev.modelscan.storage.workflows.Workflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where records came from. */
abstract class OriginContract extends Contract {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.000001Z");

    private Agent agent;
    private Source source;

    @BeforeEach
    void prepare() {
        agent = createAgent("researcher");
        source = db.sources().create(source().build());
    }

    private Origin origin(String externalId) {
        return Origin.of(source, externalId).at(3L, 17L, 4_096L);
    }

    private Task.Builder imported(String externalId) {
        return task().status(TaskStatus.COMPLETED).origin(origin(externalId));
    }

    @Test
    void aConversationIsMadeBeforeItsMessagesAndCountsThem() {
        Conversation made = db.conversations()
                .create(Conversation.builder()
                        .origin(origin("c"))
                        .createdAt(NOON)
                        .build());
        db.messages().create(message(agent).conversationId(made.id()).build());
        Message other = db.messages().create(message(agent).build());

        Conversation stored = db.conversations().get(made.id());

        assertThat(stored.lastSequenceNumber()).isEqualTo(1);
        assertThat(stored)
                .usingRecursiveComparison()
                .ignoringFields("lastSequenceNumber")
                .isEqualTo(made);
        assertThat(db.conversations().get(other.conversationId()).origin()).isEqualTo(Origin.NONE);
        assertThat(db.conversations().updateOrigin(other.conversationId(), origin("d")))
                .isEqualTo(db.conversations().get(other.conversationId()));
        assertThat(walk(1, db.conversations()::list)).hasSize(2).first().isEqualTo(stored);
        assertThatThrownBy(() -> db.conversations().create(made)).isInstanceOf(ConflictException.class);
    }

    @Test
    void aDeletedConversationTakesItsMessagesAndOrigins() {
        Message message = db.messages().create(message(agent).build());
        db.messages().putOrigins(Map.of(message.id(), origin("m")));

        db.conversations().delete(CONVERSATION);

        assertThat(db.messages().find(message.id())).isEmpty();
        assertThat(db.messages().originOf(message.id())).isEqualTo(Origin.NONE);
        for (Runnable call : List.<Runnable>of(
                () -> db.conversations().delete(CONVERSATION),
                () -> db.conversations().get(CONVERSATION),
                () -> db.conversations().updateOrigin(CONVERSATION, origin("x")))) {
            RepositoryContract.assertNames(
                    catchThrowableOfType(NotFoundException.class, call::run), "conversation", CONVERSATION);
        }
        assertThat(db.conversations().find(CONVERSATION)).isEmpty();
    }

    @Test
    void aDeletedMessageTakesItsOrigin() {
        Message message = db.messages().create(message(agent).build());
        db.messages().putOrigins(Map.of(message.id(), origin("m")));

        db.messages().delete(message.id());

        assertThat(db.messages().find(message.id())).isEmpty();
        assertThat(db.messages().originOf(message.id())).isEqualTo(Origin.NONE);
    }

    @Test
    void messagesHaveOriginsThatAreReplaced() {
        List<Message> messages = new ArrayList<>();
        Map<MessageId, Origin> origins = new LinkedHashMap<>();
        for (int i = 0; i < 1_100; i++) {
            messages.add(message(agent).build());
            origins.put(messages.get(i).id(), origin("m" + i).at(i + 1L, null, 10L * i));
        }
        db.messages().createAll(messages);

        db.messages().putOrigins(origins);
        MessageId first = messages.get(0).id();
        Origin moved = Origin.of("claude-code", "m0");
        db.messages().putOrigins(Map.of(first, moved));
        origins.put(first, moved);

        assertThat(db.messages().originOf(first)).isEqualTo(moved);
        assertThat(walk(500, request -> db.messages().listOrigins(CONVERSATION, request)))
                .isEqualTo(origins.entrySet().stream()
                        .map(entry -> new MessageOrigin(entry.getKey(), entry.getValue()))
                        .sorted(Comparator.comparing(o -> o.messageId().value()))
                        .toList());
        assertThat(db.messages().findByExternalId(CONVERSATION, "m7"))
                .contains(db.messages().get(messages.get(7).id()));
        assertThat(db.messages().findByExternalId(new ConversationId("other"), "m7"))
                .isEmpty();
        assertThat(db.messages().findByExternalId(CONVERSATION, "a\0")).isEmpty();
    }

    /** Whichever of the two has the smaller id. */
    @Test
    void anExternalIdThatIsGivenUpIsFreeForAnother() {
        for (int i = 0; i < 2; i++) {
            Message[] both = {message(agent).build(), message(agent).build()};
            db.messages().createAll(List.of(both));
            Message owner = both[i];
            Message other = both[1 - i];
            db.messages().putOrigins(Map.of(owner.id(), origin("x" + i)));

            db.messages().putOrigins(Map.of(owner.id(), origin("y" + i), other.id(), origin("x" + i)));

            assertThat(db.messages().findByExternalId(CONVERSATION, "x" + i).map(Message::id))
                    .contains(other.id());
            assertThat(db.messages().originOf(owner.id())).isEqualTo(origin("y" + i));
        }
    }

    /** Of more messages than one statement takes, the last gives its external id up, and the first takes it. */
    @Test
    void anExternalIdThatIsGivenUpFarBehindIsFreeToo() {
        List<Message> all = IntStream.range(0, 1_010)
                .mapToObj(i -> message(agent)
                        .id(new MessageId("far:%04d".formatted(i)))
                        .build())
                .toList();
        db.messages().createAll(all);
        MessageId last = all.get(1_009).id();
        db.messages().putOrigins(Map.of(last, origin("far 0")));

        Map<MessageId, Origin> origins = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            origins.put(all.get(i).id(), origin("far " + i));
        }
        db.messages().putOrigins(origins);

        assertThat(db.messages().originOf(all.get(0).id())).isEqualTo(origin("far 0"));
        assertThat(db.messages().originOf(last)).isEqualTo(origin("far 1009"));
    }

    /** A source that numbers its messages anew. */
    @Test
    void messagesExchangeTheirExternalIds() {
        List<Message> all = IntStream.range(0, 1_010)
                .mapToObj(i -> message(agent)
                        .id(new MessageId("ring:%04d".formatted(i)))
                        .build())
                .toList();
        db.messages().createAll(all);
        Map<MessageId, Origin> origins = new HashMap<>();
        for (int shift : List.of(0, 1, -1)) {
            for (int i = 0; i < all.size(); i++) {
                origins.put(all.get(i).id(), origin("ring " + Math.floorMod(i + shift, all.size())));
            }
            db.messages().putOrigins(origins);

            assertThat(walk(500, request -> db.messages().listOrigins(CONVERSATION, request)))
                    .hasSize(all.size())
                    .allSatisfy(stored -> assertThat(stored.origin()).isEqualTo(origins.get(stored.messageId())));
        }
        try (StatementLog log = new StatementLog()) {
            db.messages().putOrigins(origins);
            assertThat(log.statements()).noneMatch(sql -> sql.startsWith("update"));
        }
    }

    @Test
    void originsAreStoredAllOrNone() {
        Message one = db.messages().create(message(agent).build());
        Message two = db.messages().create(message(agent).build());
        MessageId missing = new MessageId("missing");

        RepositoryContract.assertNames(
                catchThrowableOfType(NotFoundException.class, () -> db.messages()
                        .putOrigins(Map.of(one.id(), origin("a"), missing, origin("b")))),
                "message",
                missing);
        assertThatThrownBy(() -> db.messages().putOrigins(Map.of(one.id(), origin("a"), two.id(), origin("a"))))
                .isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> db.messages().putOrigins(Map.of(one.id(), Origin.NONE)))
                .isInstanceOf(InvalidDataException.class);
        db.messages().putOrigins(Map.of());
        assertThat(db.messages()
                        .listOrigins(CONVERSATION, PageRequest.first(10))
                        .items())
                .isEmpty();
    }

    @Test
    void whatWasImportedOutlivesItsSource() {
        Workflow workflow =
                db.workflows().create(workflow().origin(origin("session 1")).build());
        Task task = db.tasks().create(imported("session 1").build());
        Conversation conversation = db.conversations()
                .create(Conversation.builder().origin(origin("session 1")).build());
        Message message = db.messages().create(message(agent).build());
        db.messages().putOrigins(Map.of(message.id(), origin("m")));

        db.sources().delete(source.id());

        Origin left = new Origin("claude-code", "session 1", null, 3L, 17L, 4_096L);
        assertThat(db.workflows().get(workflow.id()).origin()).isEqualTo(left);
        assertThat(db.tasks().get(task.id()).origin()).isEqualTo(left);
        assertThat(db.conversations().get(conversation.id()).origin()).isEqualTo(left);
        assertThat(db.messages().originOf(message.id()).sourceId()).isNull();
        assertThat(db.tasks().findByExternalId("claude-code", "session 1"))
                .map(Task::id)
                .contains(task.id());
    }

    @Test
    void anOriginNeedsAForm() {
        InvalidDataException refusal =
                catchThrowableOfType(InvalidDataException.class, () -> new Origin(null, "x", null, null, null, null));

        assertThat(refusal.field()).isEqualTo("format");
        assertThat(Origin.NONE.isImported()).isFalse();
        assertThat(origin("x").isImported()).isTrue();
    }

    @Test
    void whatAnotherProgramStoredWithoutAFormIsNoOrigin() {
        Task task = db.tasks().create(task().build());
        db.withTx(tx -> tx.dsl()
                .update(TASKS)
                .set(TASKS.EXTERNAL_ID, "x")
                .set(TASKS.SOURCE_LINE, 17L)
                .where(TASKS.ID.eq(task.id()))
                .execute());

        assertThat(db.tasks().get(task.id()).origin()).isEqualTo(Origin.NONE);
        assertThat(db.tasks().list(PageRequest.first(1)).items())
                .extracting(Task::origin)
                .containsExactly(Origin.NONE);
    }

    @Test
    void aMissingSourceIsNamed() {
        Origin missing = new Origin("atif", "x", new SourceId("missing"), null, null, null);

        assertThat(catchThrowableOfType(ReferenceException.class, () -> db.tasks()
                        .create(imported("x").origin(missing).build())))
                .hasMessageContaining("sourceId")
                .hasMessageContaining("missing");
        Message message = db.messages().create(message(agent).build());
        Conversation made = Conversation.builder().origin(missing).build();
        for (Runnable call : List.<Runnable>of(
                () -> db.conversations().create(made),
                () -> db.useTx(tx -> tx.conversations().create(made)),
                () -> db.conversations().updateOrigin(CONVERSATION, missing),
                () -> db.messages().putOrigins(Map.of(message.id(), missing)))) {
            assertThat(catchThrowableOfType(ReferenceException.class, call::run))
                    .hasMessageContaining("sourceId: source missing does not exist; create it first");
        }
    }

    @Test
    void aMessageThatIsDeletedMeanwhileHasNoOrigin() throws Exception {
        assumeTrue(!engine().name().startsWith("SQLite"));
        Message message = db.messages().create(message(agent).build());
        Map<MessageId, Origin> origins = Map.of(message.id(), origin("x"));
        AtomicReference<CompletableFuture<Void>> other = new AtomicReference<>();

        db.useTx(Isolation.READ_COMMITTED, tx -> {
            tx.messages().delete(message.id());
            other.set(OwnThread.run(() -> db.messages().putOrigins(origins)));
            awaitBlocked(tx.dsl());
        });

        assertThatThrownBy(() -> other.get().get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(NotFoundException.class);
    }

    /** The one that waits has locked nothing, so the other one need not wait for it. */
    @Test
    void twoThatExchangeExternalIdsDoNotWaitForEachOther() throws Exception {
        assumeTrue(!engine().name().startsWith("SQLite"));
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ids.add(new MessageId(String.format("m%03d", i)));
        }
        db.messages()
                .createAll(ids.stream().map(id -> message(agent).id(id).build()).toList());
        Map<MessageId, Origin> first = new HashMap<>();
        Map<MessageId, Origin> exchanged = new HashMap<>();
        Map<MessageId, Origin> others = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            first.put(ids.get(i), origin("e" + i));
            exchanged.put(ids.get(i), origin("e" + (i + 1) % ids.size()));
            others.put(ids.get(i), origin("o" + i));
        }
        // Stored in another order than that of the ids.
        List<MessageId> backward = new ArrayList<>(ids);
        Collections.reverse(backward);
        backward.forEach(id -> db.messages().putOrigins(Map.of(id, Objects.requireNonNull(first.get(id)))));
        AtomicReference<CompletableFuture<Void>> other = new AtomicReference<>();

        db.useTx(Isolation.READ_COMMITTED, tx -> {
            tx.dsl().execute("SET LOCAL lock_timeout = '200ms'");
            tx.messages().putOrigins(Map.of(ids.get(0), origin("o0")));
            other.set(OwnThread.run(() -> db.messages().putOrigins(exchanged)));
            awaitBlocked(tx.dsl());
            tx.messages().putOrigins(others);
        });
        other.get().get(30, TimeUnit.SECONDS);

        assertThat(db.messages().originOf(ids.get(99)).externalId()).isEqualTo("e0");
    }

    @Test
    void noPlaceIsNegative() {
        Origin first = Origin.of(source, "x").at(0L, 0L, 0L);
        assertThat(first.record()).isZero();
        assertThat(catchThrowableOfType(InvalidDataException.class, () -> first.at(-1L, 0L, 0L))
                        .field())
                .isEqualTo("record");
        assertThat(catchThrowableOfType(InvalidDataException.class, () -> first.at(0L, -1L, 0L))
                        .field())
                .isEqualTo("line");
        assertThat(catchThrowableOfType(InvalidDataException.class, () -> first.at(0L, 0L, -1L))
                        .field())
                .isEqualTo("offset");
    }
}
