package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the repository of messages does. */
abstract class MessageRepositoryContract extends RepositoryContract<MessageId, Message> {

    private static final Comparator<Message> BY_PLACE = Comparator.comparing(
                    (Message message) -> message.conversationId().value())
            .thenComparing(Message::sequenceNumber);

    private Agent sender;
    private Agent receiver;
    private Task task;
    private Team team;

    @Override
    void prepare() {
        sender = createAgent("researcher");
        receiver = createAgent("writer");
        task = db.tasks().create(task().build());
        team = createTeam("discovery");
    }

    @Override
    String entity() {
        return "message";
    }

    @Override
    Repository<MessageId, Message> repository(Repositories repositories) {
        return repositories.messages();
    }

    @Override
    MessageId newId() {
        return MessageId.next();
    }

    @Override
    Message newRecord(int number, MessageId id, Instant createdAt) {
        return message(sender)
                .id(id)
                .receiverId(receiver.id())
                .taskId(task.id())
                .teamId(team.id())
                .role(MessageRole.values()[number % MessageRole.values().length])
                .content("message " + number)
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    Message changed(Message record) {
        return record.toBuilder()
                .senderId(receiver.id())
                .receiverId(null)
                .taskId(null)
                .teamId(null)
                .role(null)
                .contentType(ContentType.JSON)
                .content("[1, 2]")
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    Message withId(Message record, MessageId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    MessageId id(Message record) {
        return record.id();
    }

    @Override
    long version(Message record) {
        return record.version();
    }

    @Override
    Instant createdAt(Message record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(Message record) {
        return record.updatedAt();
    }

    @Override
    Comparator<Message> order() {
        return BY_PLACE;
    }

    @Override
    Map<String, Message> withMissingReference(Message record) {
        return Map.of(
                "senderId", record.toBuilder().senderId(new AgentId("missing")).build(),
                "receiverId",
                        record.toBuilder().receiverId(new AgentId("missing")).build(),
                "taskId", record.toBuilder().taskId(new TaskId("missing")).build(),
                "teamId", record.toBuilder().teamId(new TeamId("missing")).build());
    }

    @Override
    Map<String, Message> withFixedFieldChanged(Message record) {
        return Map.of(
                "conversationId",
                        record.toBuilder()
                                .conversationId(new ConversationId("other"))
                                .build(),
                "readAt", record.toBuilder().readAt(record.createdAt()).build(),
                "createdAt",
                        record.toBuilder()
                                .createdAt(record.createdAt().plusSeconds(1))
                                .build());
    }

    @Override
    Page<Message> otherList(Message record, PageRequest request) {
        return db.messages().listBySender(sender.id(), request);
    }

    @Test
    void theMessagesOfAConversationAreNumberedInTheOrderOfWriting() {
        Instant later = TestClock.START.plusSeconds(10);
        Message first = db.messages().create(message(sender).createdAt(later).build());
        Message second =
                db.messages().create(message(sender).createdAt(TestClock.START).build());
        List<Message> more = db.messages().createAll(newRecords(3));

        assertThat(first.sequenceNumber()).isEqualTo(1);
        assertThat(second.sequenceNumber()).isEqualTo(2);
        assertThat(more).extracting(Message::sequenceNumber).containsExactly(3L, 4L, 5L);
    }

    @Test
    void eachConversationHasNumbersOfItsOwn() {
        List<Message> given = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            given.add(newRecord(i).toBuilder()
                    .conversationId(new ConversationId("c" + i % 3))
                    .build());
        }

        List<Message> stored = db.messages().createAll(given);

        assertThat(stored).extracting(Message::sequenceNumber).containsExactly(1L, 1L, 1L, 2L, 2L, 2L, 3L, 3L, 3L);
        assertThat(walk(2, db.messages()::list))
                .isEqualTo(stored.stream().sorted(BY_PLACE).toList());
    }

    @Test
    void aNumberOfADeletedMessageIsNeverUsedAgain() {
        List<Message> stored = db.messages().createAll(newRecords(3));
        db.messages().delete(stored.get(2).id());
        db.messages().delete(stored.get(0).id());

        assertThat(create(4).sequenceNumber()).isEqualTo(4);
        stored.subList(1, 2).forEach(message -> db.messages().delete(message.id()));
        db.messages().listLatest(CONVERSATION, 10).forEach(message -> db.messages()
                .delete(message.id()));
        assertThat(create(5).sequenceNumber()).isEqualTo(5);
    }

    @Test
    void aRefusedMessageTakesNoNumber() {
        create(1);
        Message broken =
                newRecord(2).toBuilder().senderId(new AgentId("missing")).build();

        catchThrowableOfType(RuntimeException.class, () -> db.messages().create(broken));
        catchThrowableOfType(RuntimeException.class, () -> db.messages().createAll(List.of(newRecord(3), broken)));

        assertThat(create(4).sequenceNumber()).isEqualTo(2);
    }

    @Test
    void aConversationShowsItsNewestMessagesOldestFirst() {
        List<Message> stored = db.messages().createAll(newRecords(10));

        assertThat(db.messages().listLatest(CONVERSATION, 3)).isEqualTo(stored.subList(7, 10));
        assertThat(db.messages().listLatest(CONVERSATION, 10)).isEqualTo(stored);
        assertThat(db.messages().listLatest(CONVERSATION, 100)).isEqualTo(stored);
        assertThat(db.messages().listLatest(new ConversationId("other"), 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 10_001})
    void aConversationWithALimitOutOfRangeIsRefused(int limit) {
        assertThatThrownBy(() -> db.messages().listLatest(CONVERSATION, limit))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("limit is " + limit);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 10, 11})
    void aConversationIsPagedBackwards(int limit) {
        List<Message> stored = db.messages().createAll(newRecords(10));

        List<Message> walked = new ArrayList<>();
        PageRequest request = PageRequest.first(limit);
        while (request != null) {
            Page<Message> page = db.messages().listByConversation(CONVERSATION, Direction.BACKWARD, request);
            walked.addAll(0, page.items());
            request = page.next().orElse(null);
        }

        assertThat(walked).isEqualTo(stored);
    }

    @Test
    void messagesThatArriveBetweenPagesAreNotInThem() {
        List<Message> stored = db.messages().createAll(newRecords(6));
        Page<Message> newest = db.messages().listByConversation(CONVERSATION, Direction.BACKWARD, PageRequest.first(3));
        create(100);

        Page<Message> before = db.messages()
                .listByConversation(
                        CONVERSATION, Direction.BACKWARD, newest.next().orElseThrow());

        assertThat(newest.items()).isEqualTo(stored.subList(3, 6));
        assertThat(before.items()).isEqualTo(stored.subList(0, 3));
        assertThat(before.next()).isEmpty();
    }

    /**
     * Long contents next to short ones, in every width in which the JVM stores text, with every way to read
     * them.
     */
    @Test
    void largeContentsComeBackToTheLetter() {
        List<String> contents = List.of(
                "",
                "a".repeat(200_000),
                "\u00e4\u00ff\u00fe".repeat(70_000),
                "\u4e2d\ud83d\ude00\ufffd".repeat(50_000),
                "\ufffd",
                "a".repeat(511),
                "a".repeat(512) + "\ud83d\ude00",
                "~");
        List<Message> stored = db.messages()
                .createAll(IntStream.range(0, contents.size())
                        .mapToObj(i -> newRecord(i).toBuilder()
                                .content(contents.get(i))
                                .build())
                        .toList());

        assertThat(stored).extracting(Message::content).isEqualTo(contents);
        assertThat(db.messages().listLatest(CONVERSATION, 100)).isEqualTo(stored);
        assertThat(db.messages().list(100, 0)).isEqualTo(stored);
        assertThat(db.messages().stream()).containsExactlyElementsOf(stored);
        for (int limit = 1; limit <= stored.size(); limit++) {
            assertThat(db.messages().listLatest(CONVERSATION, limit))
                    .isEqualTo(stored.subList(stored.size() - limit, stored.size()));
            Page<Message> page = db.messages().listByConversation(CONVERSATION, PageRequest.first(limit));
            assertThat(page.items()).isEqualTo(stored.subList(0, limit));
            assertThat(page.next().isPresent()).isEqualTo(limit < stored.size());
        }
        for (Message message : stored) {
            assertThat(db.messages().get(message.id())).isEqualTo(message);
        }
    }

    /** Values that were read need no second check; values that are built from them do. */
    @Test
    void aLargeContentThatCannotBeStoredIsRefusedAlsoBehindOneThatWasRead() {
        String large = "a".repeat(10_000);
        Message stored =
                db.messages().create(newRecord(1).toBuilder().content(large).build());
        Message read = db.messages().get(stored.id());

        for (String broken : List.of(large + "\u0000", "\ud800" + large, large + "\udc00" + large)) {
            InvalidDataException refusal = catchThrowableOfType(
                    InvalidDataException.class,
                    () -> read.toBuilder().content(broken).build());
            assertThat(refusal.field()).isEqualTo("content");
        }
        assertThat(read.toBuilder().content(read.content()).build()).isEqualTo(stored);
    }

    @Test
    void aMessageIsReadOnce() {
        Message stored = create(1);
        Instant first = clock.advance();
        Message read = db.messages().markRead(stored.id());
        clock.advance();

        Message again = db.messages().markRead(stored.id());

        assertThat(read.readAt()).isEqualTo(first);
        assertThat(read.version()).isEqualTo(2);
        assertThat(again).isEqualTo(read);
        assertThat(db.messages().get(stored.id())).isEqualTo(read);
    }

    @Test
    void nothingIsNotRead() {
        MessageId id = newId();

        assertNames(
                catchThrowableOfType(
                        NotFoundException.class, () -> db.messages().markRead(id)),
                "message",
                id);
    }

    @Test
    void markAllReadMarksWhatTheReceiverHasNotRead() {
        List<Message> stored = db.messages().createAll(newRecords(4));
        Message toOther =
                db.messages().create(message(sender).receiverId(sender.id()).build());
        Message toAll = db.messages().create(message(sender).build());
        Message readBefore = db.messages().markRead(stored.get(0).id());
        Instant now = clock.advance();

        assertThat(db.messages().markAllRead(receiver.id())).isEqualTo(3);

        assertThat(db.messages().markAllRead(receiver.id())).isZero();
        assertThat(db.messages().get(stored.get(1).id()).readAt()).isEqualTo(now);
        assertThat(db.messages().get(stored.get(1).id()).version()).isEqualTo(2);
        assertThat(db.messages().get(readBefore.id())).isEqualTo(readBefore);
        assertThat(db.messages().get(toOther.id())).isEqualTo(toOther);
        assertThat(db.messages().get(toAll.id())).isEqualTo(toAll);
    }

    @Test
    void theFilteredListsHoldTheirOwnByConversationAndPlace() {
        List<Message> given = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            given.add(newRecord(i).toBuilder()
                    .conversationId(new ConversationId("c" + i % 4))
                    .senderId(i % 3 == 0 ? sender.id() : receiver.id())
                    .receiverId(i % 5 == 0 ? receiver.id() : null)
                    .taskId(i % 2 == 0 ? task.id() : null)
                    .teamId(i % 7 == 0 ? team.id() : null)
                    .readAt(i % 10 == 0 ? TestClock.START : null)
                    .build());
        }
        List<Message> stored = db.messages().createAll(given);

        assertThat(walk(3, request -> db.messages().listBySender(sender.id(), request)))
                .isEqualTo(select(stored, message -> message.senderId().equals(sender.id())));
        assertThat(walk(3, request -> db.messages().listByTask(task.id(), request)))
                .isEqualTo(select(stored, message -> message.taskId() != null));
        assertThat(walk(3, request -> db.messages().listByTeam(team.id(), request)))
                .isEqualTo(select(stored, message -> message.teamId() != null));
        assertThat(walk(2, request -> db.messages().listUnread(receiver.id(), request)))
                .isEqualTo(select(stored, message -> message.receiverId() != null && message.readAt() == null));
    }

    private static List<Message> select(List<Message> messages, Predicate<Message> filter) {
        List<Message> selected =
                messages.stream().filter(filter).sorted(BY_PLACE).toList();
        assertThat(selected).hasSizeGreaterThan(3);
        return selected;
    }

    @Test
    void anUpdateThatMovesAMessageIsRefused() {
        Message stored = create(1);
        Message moved = new Message(
                stored.id(),
                stored.conversationId(),
                9,
                stored.senderId(),
                stored.receiverId(),
                stored.taskId(),
                stored.teamId(),
                stored.role(),
                stored.contentType(),
                stored.content(),
                stored.metadata(),
                stored.parentId(),
                stored.readAt(),
                stored.version(),
                stored.createdAt(),
                stored.updatedAt(),
                stored.parts());

        InvalidDataException refusal = catchThrowableOfType(
                InvalidDataException.class, () -> db.messages().update(moved));

        assertThat(refusal.field()).isEqualTo("sequenceNumber");
        assertThat(all()).containsExactly(stored);
    }

    @Test
    void contentThatIsToBeJsonMustParse() {
        for (String type : List.of("application/json", "application/ld+json", "APPLICATION/JSON")) {
            Message broken = message(sender)
                    .contentType(new ContentType(type))
                    .content("{nope")
                    .build();

            InvalidDataException refusal = catchThrowableOfType(
                    InvalidDataException.class, () -> db.messages().create(broken));

            assertNames(refusal, "message", broken.id());
            assertThat(refusal.field()).isEqualTo("content");
        }
        assertThat(all()).isEmpty();
    }

    @Test
    void contentOfAnyTypeIsKeptToTheLetter() {
        for (String type : List.of("application/json", "text/plain", "command/execute", "x-a/b.c+json")) {
            String content = " {\"b\" : 1.0,\n\"a\":\t[ ] } ";

            Message stored = db.messages()
                    .create(message(sender)
                            .contentType(new ContentType(type))
                            .content(content)
                            .build());

            assertThat(db.messages().get(stored.id()).content()).isEqualTo(content);
            assertThat(db.messages().get(stored.id()).contentType().value()).isEqualTo(type);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "text", "text/", "/plain", "text/plain; charset=utf-8", "a/b/c", "a b/c", "é/x"})
    void aMalformedContentTypeIsRefused(String type) {
        InvalidDataException refusal = catchThrowableOfType(InvalidDataException.class, () -> new ContentType(type));

        assertThat(refusal.field()).isEqualTo("contentType");
    }

    @Test
    void twoThousandNumbersHaveNoGap() {
        db.messages().createAll(newRecords(2_000));

        assertThat(all())
                .extracting(Message::sequenceNumber)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 2_000).boxed().toList());
    }
}
