package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationContext;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.OpenToolCallException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.support.BeforeStatement;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.testkit.StatementLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations as trees of messages: forks, paths, deletes, and summaries. */
abstract class BranchContract extends Contract {

    private Agent sender;

    @BeforeEach
    void prepare() {
        sender = createAgent("assistant");
    }

    /** Stores messages with these contents, and returns the last. */
    private Message say(String... contents) {
        Message last = null;
        for (String content : contents) {
            last = db.messages().create(message(sender).content(content).build());
        }
        return last;
    }

    private Message find(String content) {
        return db.messages().stream()
                .filter(message -> message.content().equals(content))
                .findFirst()
                .orElseThrow();
    }

    private Message fork(String content) {
        return db.conversations().fork(CONVERSATION, find(content).id());
    }

    /** The conversation's path, read in each way. */
    private String path() {
        List<Message> forward = walk(3, request -> db.messages().listByConversation(CONVERSATION, request));
        List<Message> backward = new ArrayList<>();
        PageRequest request = PageRequest.first(2);
        while (request != null) {
            var page = db.messages().listByConversation(CONVERSATION, Direction.BACKWARD, request);
            backward.addAll(0, page.items());
            request = page.next().orElse(null);
        }
        assertThat(backward).isEqualTo(forward);
        assertThat(db.messages().listLatest(CONVERSATION, 1_000)).isEqualTo(forward);
        assertThat(db.conversations().context(CONVERSATION, 1_000).messages()).isEqualTo(forward);
        return contents(forward);
    }

    private static String contents(List<Message> messages) {
        return String.join(" ", messages.stream().map(Message::content).toList());
    }

    private String branches() {
        return contents(walk(2, request -> db.conversations().listBranches(CONVERSATION, request)));
    }

    private String pathTo(String content) {
        MessageId last = find(content).id();
        List<Message> forward = walk(3, request -> db.messages().listByBranch(last, Direction.FORWARD, request));
        assertThat(db.messages()
                        .listByBranch(last, Direction.BACKWARD, PageRequest.first(1_000))
                        .items())
                .isEqualTo(forward);
        return contents(forward);
    }

    @Test
    void aConversationWithoutForksHasOneBranchAndNoParents() {
        say("a", "b", "c");

        assertThat(path()).isEqualTo("a b c");
        assertThat(branches()).isEqualTo("c");
        assertThat(pathTo("b")).isEqualTo("a b");
        assertThat(db.messages().list(10, 0)).extracting(Message::parentId).containsOnlyNulls();
        assertThat(db.conversations().get(CONVERSATION).headId()).isNull();
        assertThat(branchesOf(new ConversationId("none"))).isEmpty();
    }

    private List<Message> branchesOf(ConversationId id) {
        return db.conversations().listBranches(id, PageRequest.first(10)).items();
    }

    @Test
    void afterAForkTheNextMessageFollowsTheForkPoint() {
        say("a", "b", "c", "d");

        assertThat(fork("b").content()).isEqualTo("b");
        assertThat(path()).isEqualTo("a b");
        Message e = say("e");
        Message f = say("f");

        assertThat(e.parentId()).isEqualTo(find("b").id());
        assertThat(f.parentId()).isNull();
        assertThat(path()).isEqualTo("a b e f");
        assertThat(branches()).isEqualTo("d f");
        assertThat(pathTo("d")).isEqualTo("a b c d");
        assertThat(pathTo("c")).isEqualTo("a b c");
        assertThat(db.messages().list(10, 0)).hasSize(6);
        assertThat(db.conversations().get(CONVERSATION).headId()).isEqualTo(f.id());
        assertThat(db.messages().get(e.id())).isEqualTo(e);
    }

    /** Without a snapshot, statements see what others commit between them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aPathWhoseLastMessageIsDeletedMeanwhileIsNoOther(int statement) {
        List<Supplier<List<Message>>> reads = List.of(
                () -> db.messages()
                        .listByConversation(CONVERSATION, PageRequest.first(10))
                        .items(),
                () -> db.messages()
                        .listByConversation(CONVERSATION, Direction.BACKWARD, PageRequest.first(10))
                        .items(),
                () -> db.messages().listLatest(CONVERSATION, 10),
                () -> db.conversations().context(CONVERSATION, 10).messages(),
                () -> db.messages()
                        .listByBranch(find("d").id(), Direction.FORWARD, PageRequest.first(10))
                        .items());
        boolean hasRun = false;
        say("a", "b", "c");
        for (Supplier<List<Message>> read : reads) {
            fork("a");
            MessageId d = say("d").id();
            // Finding it by its content takes statements too.
            int number = read == reads.get(4) ? statement + 1 : statement;
            try (BeforeStatement deletion =
                    new BeforeStatement(number, () -> db.messages().delete(d))) {
                try {
                    assertThat(contents(read.get())).isIn("a d", "a");
                } catch (NotFoundException e) {
                    assertThat(e).hasMessageContaining(d.value());
                }
                hasRun |= deletion.hasRun();
            }
            if (db.messages().find(d).isPresent()) {
                db.messages().delete(d);
            }
        }
        assertThat(hasRun).isTrue();
    }

    /** A context is a summary and messages of one path. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aContextIsOfOnePathIfTheHeadMovesMeanwhile(int statement) {
        say("a", "b", "c");
        fork("a");
        say("d", "e");
        db.conversations().compact(CONVERSATION, find("d").id(), "of d");
        MessageId c = find("c").id();
        ConversationContext context;
        try (BeforeStatement other = new BeforeStatement(statement, () -> {
            db.conversations().fork(CONVERSATION, c);
            say("f");
        })) {
            context = db.conversations().context(CONVERSATION, 10);
        }
        assertThat(context.summary() + ": " + contents(context.messages())).isIn("of d: e", "null: a b c f");
    }

    /** A context is a summary and messages of one version of its conversation. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aContextIsOfOneVersionIfTheTailIsReplacedMeanwhile(int statement) {
        say("a", "b", "c");
        db.conversations().compact(CONVERSATION, find("b").id(), "of b");
        MessageId a = find("a").id();
        ConversationContext context;
        try (BeforeStatement other = new BeforeStatement(statement, () -> db.conversations()
                .replaceTail(
                        CONVERSATION, a, List.of(message(sender).content("d").build())))) {
            context = db.conversations().context(CONVERSATION, 10);
        }
        assertThat(context.summary() + ": " + contents(context.messages())).isIn("of b: c", "null: a d");
    }

    @Test
    void oneGoesBackToAnotherBranchByForkingAtItsEnd() {
        say("a", "b", "c");
        fork("a");
        say("d", "e");
        fork("c");
        assertThat(path()).isEqualTo("a b c");
        say("f");
        fork("e");
        say("g");

        assertThat(path()).isEqualTo("a d e g");
        assertThat(pathTo("f")).isEqualTo("a b c f");
        assertThat(branches()).isEqualTo("f g");
        assertThat(db.messages().get(find("g").id()).parentId())
                .isEqualTo(find("e").id());
    }

    @Test
    void aForkAtTheNewestMessageChangesNothing() {
        say("a", "b");
        fork("b");
        assertThat(db.conversations().get(CONVERSATION).headId()).isNull();
        assertThat(say("c").parentId()).isNull();
        assertThat(path()).isEqualTo("a b c");
    }

    /** Another version of the first message. */
    @Test
    void aMessageMayFollowNone() {
        say("a", "b");
        MessageId own = MessageId.next();
        Message other = db.messages()
                .create(message(sender).id(own).parentId(own).content("a2").build());
        say("b2");

        assertThat(db.messages().get(own)).isEqualTo(other);
        assertThat(path()).isEqualTo("a2 b2");
        assertThat(pathTo("b")).isEqualTo("a b");
        assertThat(branches()).isEqualTo("b b2");
        ConversationId fresh = ConversationId.next();
        MessageId first = MessageId.next();
        assertThat(db.messages()
                        .create(message(sender)
                                .conversationId(fresh)
                                .id(first)
                                .parentId(first)
                                .build())
                        .parentId())
                .isNull();
    }

    /** How a tree is imported: every message names its parent, and the head is marked at the end. */
    @Test
    void aTreeIsStoredInOneBatch() {
        Map<String, String> parents = new HashMap<>(Map.of("b", "a", "c", "b", "d", "b", "e", "d", "f", "a", "g", "c"));
        List<Message> given = new ArrayList<>();
        for (String content : List.of("a", "b", "c", "d", "e", "f", "g")) {
            String parent = parents.get(content);
            given.add(message(sender)
                    .id(new MessageId("z" + (char) ('z' - content.charAt(0) + 'a')))
                    .parentId(parent == null ? null : new MessageId("z" + (char) ('z' - parent.charAt(0) + 'a')))
                    .content(content)
                    .build());
        }

        List<Message> stored = db.messages().createAll(given);

        assertThat(stored)
                .extracting(Message::parentId)
                .filteredOn(parent -> parent != null)
                .hasSize(3);
        assertThat(path()).isEqualTo("a b c g");
        assertThat(branches()).isEqualTo("e f g");
        fork("e");
        assertThat(path()).isEqualTo("a b d e");
        assertThat(pathTo("f")).isEqualTo("a f");
        stored.forEach(message -> assertThat(db.messages().get(message.id())).isEqualTo(message));
    }

    @Test
    void aParentHasToBeThereAndInTheConversation() {
        Message a = say("a");
        Message missing = message(sender).parentId(MessageId.next()).build();
        ReferenceException refusal = catchThrowableOfType(
                ReferenceException.class, () -> db.messages().create(missing));
        RepositoryContract.assertNames(refusal, "message", missing.id());
        assertThatThrownBy(() -> db.messages()
                        .create(message(sender)
                                .conversationId(ConversationId.next())
                                .parentId(a.id())
                                .build()))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("another conversation");
        Message later = message(sender).build();
        assertThatThrownBy(() -> db.messages()
                        .createAll(List.of(message(sender).parentId(later.id()).build(), later)))
                .isInstanceOf(ReferenceException.class);
        assertThat(path()).isEqualTo("a");
    }

    @Test
    void aForkNeedsAMessageOfTheConversation() {
        Message a = say("a");
        assertThatThrownBy(() -> db.conversations().fork(CONVERSATION, MessageId.next()))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> db.conversations().fork(ConversationId.next(), a.id()))
                .isInstanceOf(InvalidDataException.class);
    }

    /** A branch survives, whatever is deleted around it. */
    @Test
    void deletesLeaveTheOtherMessagesOnTheirPaths() {
        say("a", "b", "c", "d");
        fork("b");
        say("e", "f");

        db.messages().delete(find("d").id());
        db.messages().delete(find("c").id());
        assertThat(path()).isEqualTo("a b e f");
        assertThat(branches()).isEqualTo("f");

        db.messages().delete(find("b").id());
        assertThat(path()).isEqualTo("a e f");
        db.messages().delete(find("e").id());
        assertThat(path()).isEqualTo("a f");
        db.messages().delete(find("f").id());
        assertThat(path()).isEqualTo("a");
        say("g");
        assertThat(path()).isEqualTo("a g");
        db.messages().delete(find("a").id());
        assertThat(path()).isEqualTo("g");
        db.messages().delete(find("g").id());
        assertThat(path()).isEmpty();
        say("h");
        assertThat(path()).isEqualTo("h");
    }

    /** Compared with a simple tree, for many random trees. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomForksAndDeletesGiveThePathsOfATree(long seed) {
        Random random = new Random(seed);
        Map<String, String> parents = new HashMap<>();
        List<String> alive = new ArrayList<>();
        String head = null;
        for (int step = 0; step < 60; step++) {
            int choice = random.nextInt(10);
            if (choice < 6 || alive.isEmpty()) {
                String content = "m" + step;
                say(content);
                parents.put(content, head == null ? "" : head);
                alive.add(content);
                head = content;
            } else if (choice < 8) {
                head = alive.get(random.nextInt(alive.size()));
                fork(head);
            } else {
                String gone = alive.remove(random.nextInt(alive.size()));
                db.messages().delete(find(gone).id());
                String before = parents.remove(gone);
                parents.replaceAll((child, parent) -> parent.equals(gone) ? before : parent);
                if (gone.equals(head)) {
                    head = before.isEmpty() ? (alive.isEmpty() ? null : alive.get(alive.size() - 1)) : before;
                }
            }
            assertThat(path()).as("step %d", step).isEqualTo(expectedPath(parents, head));
        }
        for (String content : alive) {
            assertThat(pathTo(content)).isEqualTo(expectedPath(parents, content));
        }
        List<String> leaves = new ArrayList<>(alive);
        leaves.removeAll(parents.values());
        assertThat(branches()).isEqualTo(String.join(" ", leaves));
    }

    private static String expectedPath(Map<String, String> parents, String head) {
        List<String> path = new ArrayList<>();
        for (String at = head; at != null && !at.isEmpty(); at = parents.get(at)) {
            path.add(at);
        }
        Collections.reverse(path);
        return String.join(" ", path);
    }

    private void sayWithCalls() {
        say("a");
        db.messages()
                .create(message(sender)
                        .content("call")
                        .parts(
                                MessagePart.toolCall("1", "search", Json.emptyObject()),
                                MessagePart.toolCall("2", "search", Json.emptyObject()))
                        .build());
        db.messages()
                .create(message(sender)
                        .content("answer1")
                        .parts(MessagePart.toolResult("1", "x"))
                        .build());
        db.messages()
                .create(message(sender)
                        .content("answer2")
                        .parts(MessagePart.toolResult("2", "y"))
                        .build());
        say("z");
    }

    @Test
    void aForkDoesNotPartACallFromItsAnswer() {
        sayWithCalls();
        for (String inside : List.of("call", "answer1")) {
            OpenToolCallException refusal = catchThrowableOfType(OpenToolCallException.class, () -> fork(inside));
            RepositoryContract.assertNames(refusal, "message", find(inside).id());
            assertThat(refusal.callMessageId()).isEqualTo(find("call").id().value());
            assertThat(path()).isEqualTo("a call answer1 answer2 z");
        }
        Message moved = db.conversations().fork(CONVERSATION, find("answer1").id(), InsideToolCall.MOVE_BEFORE_CALL);
        assertThat(moved.content()).isEqualTo("a");
        assertThat(path()).isEqualTo("a");
        fork("answer2");
        assertThat(path()).isEqualTo("a call answer1 answer2");
    }

    @Test
    void toolExecutionsTellOfOpenCallsToo() {
        say("a");
        Message call = say("call");
        Message answer = say("answer");
        Message pending = say("pending");
        db.toolExecutions()
                .create(execution(sender)
                        .messageId(call.id())
                        .answerMessageId(answer.id())
                        .build());
        db.toolExecutions().create(execution(sender).messageId(pending.id()).build());

        assertThatThrownBy(() -> fork("call")).isInstanceOf(OpenToolCallException.class);
        assertThat(db.conversations()
                        .fork(CONVERSATION, call.id(), InsideToolCall.MOVE_BEFORE_CALL)
                        .content())
                .isEqualTo("a");
        assertThat(fork("answer").content()).isEqualTo("answer");
        assertThat(fork("pending").content()).isEqualTo("pending");
    }

    @Test
    void aCallInTheFirstMessageHasNoPlaceBeforeIt() {
        Message call = db.messages()
                .create(message(sender)
                        .parts(MessagePart.toolCall("1", "search", Json.emptyObject()))
                        .build());
        db.messages()
                .create(message(sender).parts(MessagePart.toolResult("1", "x")).build());
        assertThatThrownBy(() -> db.conversations().fork(CONVERSATION, call.id(), InsideToolCall.MOVE_BEFORE_CALL))
                .isInstanceOf(OpenToolCallException.class);
    }

    @Test
    void aSummaryStandsForTheBeginningAndTheHistoryStaysWhole() {
        say("a", "b", "c", "d");

        assertThat(db.conversations().compact(CONVERSATION, find("b").id(), "they met"))
                .isEqualTo(find("b"));

        assertThat(context(10)).isEqualTo("they met|c d|true");
        assertThat(contents(walk(10, request -> db.messages().listByConversation(CONVERSATION, request))))
                .isEqualTo("a b c d");
        say("e");
        db.conversations().compact(CONVERSATION, find("d").id(), "they talked");
        db.conversations().compact(CONVERSATION, find("d").id(), "they talked on");
        assertThat(context(10)).isEqualTo("they talked on|e|true");
        fork("c");
        assertThat(context(10)).isEqualTo("they met|c|true");
        fork("a");
        assertThat(context(10)).isEqualTo("null|a|true");
        fork("e");
        db.messages().delete(find("d").id());
        assertThat(context(10)).isEqualTo("they met|c e|true");
        assertThat(db.conversations().context(new ConversationId("none"), 10))
                .isEqualTo(new ConversationContext(null, List.of(), true));
    }

    /** When it was made, nobody could know that the call would be answered. */
    @Test
    void aSummaryWhoseCallIsAnsweredAfterItIsPassedOver() {
        say("a");
        db.conversations().compact(CONVERSATION, find("a").id(), "of a");
        Message call = db.messages()
                .create(message(sender)
                        .content("call")
                        .parts(MessagePart.toolCall("1", "search", Json.emptyObject()))
                        .build());
        db.conversations().compact(CONVERSATION, call.id(), "of call");
        assertThat(context(10)).isEqualTo("of call||true");
        say("b");
        assertThat(context(10)).isEqualTo("of call|b|true");

        db.messages()
                .create(message(sender)
                        .content("answer")
                        .parts(MessagePart.toolResult("1", "x"))
                        .build());
        say("c");

        assertThat(context(10)).isEqualTo("of a|call b answer c|true");
        assertThat(context(3)).isEqualTo("of a|c|false");
        db.conversations().compact(CONVERSATION, find("answer").id(), "of answer");
        assertThat(context(10)).isEqualTo("of answer|c|true");
    }

    @Test
    void aFirstMessageThatFollowsNoneMakesNoBranch() {
        Message first = say("a");
        db.messages().delete(first.id());
        MessageId id = MessageId.next();

        db.messages().create(message(sender).id(id).parentId(id).content("b").build());
        say("c");

        assertThat(db.conversations().get(CONVERSATION).headId()).isNull();
        assertThat(path()).isEqualTo("b c");
    }

    private String context(int limit) {
        ConversationContext context = db.conversations().context(CONVERSATION, limit);
        return context.summary() + "|" + contents(context.messages()) + "|" + context.complete();
    }

    @Test
    void aSummaryAndALimitedContextKeepCallsAndAnswersTogether() {
        sayWithCalls();
        assertThatThrownBy(() ->
                        db.conversations().compact(CONVERSATION, find("answer1").id(), "summary"))
                .isInstanceOf(OpenToolCallException.class);
        assertThat(db.conversations()
                        .compact(CONVERSATION, find("answer1").id(), "summary", InsideToolCall.MOVE_BEFORE_CALL)
                        .content())
                .isEqualTo("a");
        assertThat(context(10)).isEqualTo("summary|call answer1 answer2 z|true");
        assertThat(context(4)).isEqualTo("summary|call answer1 answer2 z|true");
        assertThat(context(3)).isEqualTo("summary|z|false");
        assertThat(context(1)).isEqualTo("summary|z|false");
    }

    /** Calls and answers in any order, with ids that are used again; some are told by executions. */
    private List<Message> sayAtRandom(Random random, int count) {
        List<Message> said = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Message.Builder message = message(sender).content("m" + i);
            String callId = String.valueOf(random.nextInt(4));
            int kind = random.nextInt(4);
            if (kind == 0) {
                message.parts(MessagePart.toolCall(callId, "search", Json.emptyObject()));
            } else if (kind == 1) {
                message.parts(MessagePart.toolResult(callId, "x"));
            }
            said.add(db.messages().create(message.build()));
            if (random.nextInt(12) == 0 && i > 2) {
                db.toolExecutions()
                        .create(execution(sender)
                                .messageId(said.get(random.nextInt(i)).id())
                                .answerMessageId(said.get(i).id())
                                .build());
            }
        }
        return said;
    }

    /** Whether a path has a call up to an index whose answer is behind it. */
    private boolean isParted(List<Message> path, int index) {
        Map<String, Boolean> open = new HashMap<>();
        List<MessageId> before = new ArrayList<>();
        for (Message message : path.subList(0, index + 1)) {
            before.add(message.id());
            for (MessagePart part : db.messages().listParts(message.id())) {
                open.put(part.callId(), part.kind() == PartKind.TOOL_CALL);
            }
        }
        for (Message message : path.subList(index + 1, path.size())) {
            for (MessagePart part : db.messages().listParts(message.id())) {
                if (part.kind() == PartKind.TOOL_RESULT && open.getOrDefault(part.callId(), false)) {
                    return true;
                }
                open.remove(part.callId());
            }
            if (db.toolExecutions().stream()
                    .anyMatch(execution -> message.id().equals(execution.answerMessageId())
                            && before.contains(execution.messageId()))) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aLimitedContextHasNoAnswerWithoutItsCall(long seed) {
        Random random = new Random(seed);
        List<Message> first = sayAtRandom(random, 30);
        if (seed > 2) {
            db.conversations().fork(CONVERSATION, first.get(29 - (int) seed).id(), InsideToolCall.MOVE_BEFORE_CALL);
            sayAtRandom(random, 10);
        }
        List<Message> path = walk(100, request -> db.messages().listByConversation(CONVERSATION, request));
        for (int limit = 1; limit < path.size(); limit++) {
            int index = path.size() - limit - 1;
            while (isParted(path, index)) {
                index++;
            }
            assertThat(db.conversations().context(CONVERSATION, limit).messages())
                    .as("limit %d", limit)
                    .isEqualTo(path.subList(index + 1, path.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aForkIsMovedBeforeAllCallsThatAreOpen(long seed) {
        List<Message> path = sayAtRandom(new Random(seed), 24);
        for (int i = path.size() - 1; i >= 0; i--) {
            int index = i;
            while (index >= 0 && isParted(path, index)) {
                index--;
            }
            MessageId at = path.get(i).id();
            if (index < 0) {
                assertThatThrownBy(() -> db.conversations().fork(CONVERSATION, at, InsideToolCall.MOVE_BEFORE_CALL))
                        .isInstanceOf(OpenToolCallException.class);
            } else {
                assertThat(db.conversations().fork(CONVERSATION, at, InsideToolCall.MOVE_BEFORE_CALL))
                        .as("index %d", i)
                        .isEqualTo(path.get(index));
            }
        }
    }

    /** Each call is answered after the next one was made. */
    @Test
    void aForkTakesAsManyStatementsHoweverManyCallsOverlap() {
        say("a");
        List<Integer> statements = new ArrayList<>();
        for (int count : List.of(5, 50)) {
            Message last = null;
            for (int i = 0; i < count; i++) {
                last = db.messages()
                        .create(message(sender)
                                .parts(List.of(
                                        MessagePart.toolResult(String.valueOf(i - 1), "x"),
                                        MessagePart.toolCall(String.valueOf(i), "search", Json.emptyObject())))
                                .build());
            }
            MessageId at = last.id();
            db.messages()
                    .create(message(sender)
                            .parts(MessagePart.toolResult(String.valueOf(count - 1), "x"))
                            .build());
            try (StatementLog log = new StatementLog()) {
                assertThat(db.conversations()
                                .fork(CONVERSATION, at, InsideToolCall.MOVE_BEFORE_CALL)
                                .content())
                        .isEqualTo("a");
                statements.add(log.statements().size());
            }
        }
        // The second one has a head to read.
        assertThat(statements.get(1)).isCloseTo(statements.get(0), within(1));
    }

    @Test
    void aLimitedContextTakesAsManyStatementsHoweverMuchItLeavesOut() {
        db.messages()
                .create(message(sender)
                        .parts(MessagePart.toolCall("1", "search", Json.emptyObject()))
                        .build());
        for (int i = 0; i < 50; i++) {
            say("m" + i);
        }
        db.messages()
                .create(message(sender).parts(MessagePart.toolResult("1", "x")).build());
        say("z");
        try (StatementLog log = new StatementLog()) {
            assertThat(context(40)).isEqualTo("null|z|false");
            // The head, the summary, messages, executions, parts behind and before.
            log.requireCount(7);
        }
    }

    @Test
    void aConversationHasATitle() {
        say("a");
        Conversation named = db.conversations().rename(CONVERSATION, "Trains");
        assertThat(named.title()).isEqualTo("Trains");
        assertThat(db.conversations().get(CONVERSATION)).isEqualTo(named);
        assertThat(db.conversations().rename(CONVERSATION, null).title()).isNull();
        assertThatThrownBy(() -> db.conversations().rename(CONVERSATION, " ")).isInstanceOf(InvalidDataException.class);
        assertThatThrownBy(() -> db.conversations().rename(ConversationId.next(), "a"))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void aConversationWithBranchesIsDeletedWhole() {
        say("a", "b");
        fork("a");
        say("c");
        db.conversations().compact(CONVERSATION, find("a").id(), "summary");
        db.conversations().delete(CONVERSATION);
        assertThat(db.messages().list(10, 0)).isEmpty();
        assertThat(db.stats().rows()).containsEntry("compactions", 0L);
    }

    @Test
    void whatFollowsTheLastMessageThatIsLeftHasNoBranch() {
        say("a", "b");
        db.messages().delete(find("b").id());

        Message c = db.messages()
                .create(message(sender).content("c").parentId(find("a").id()).build());

        assertThat(c.parentId()).isNull();
        assertThat(c.sequenceNumber()).isEqualTo(3);
        assertThat(db.conversations().get(CONVERSATION).headId()).isNull();
        assertThat(path()).isEqualTo("a c");
    }

    @Test
    void inOneBatchOnlyTheFirstFollowsTheLastMessageThatIsLeft() {
        say("a", "b");
        db.messages().delete(find("b").id());
        MessageId a = find("a").id();

        db.messages()
                .createAll(List.of(
                        message(sender).content("c").parentId(a).build(),
                        message(sender).content("d").parentId(a).build()));

        assertThat(find("c").parentId()).isNull();
        assertThat(find("d").parentId()).isEqualTo(a);
        assertThat(path()).isEqualTo("a d");
        assertThat(pathTo("c")).isEqualTo("a c");
    }

    @Test
    void aMessageThatIsFollowedMeanwhileIsDeletedFromTheTree() throws Exception {
        say("a", "b", "c");
        MessageId b = find("b").id();
        AtomicReference<CompletableFuture<Void>> deletion = new AtomicReference<>();

        db.useTx(tx -> {
            tx.messages().create(message(sender).content("d").parentId(b).build());
            deletion.set(OwnThread.run(() -> db.messages().delete(b)));
            if (tx.dsl().dialect() == SQLDialect.POSTGRES) {
                awaitBlocked(tx.dsl());
            }
            assertThat(deletion.get()).isNotDone();
        });
        deletion.get().get(30, TimeUnit.SECONDS);

        assertThat(path()).isEqualTo("a d");
        assertThat(pathTo("c")).isEqualTo("a c");
    }

    @Test
    void aDeletionOnABranchLocksItsConversationOnce() {
        say("a", "b", "c");
        fork("a");
        MessageId d = say("d").id();

        try (StatementLog log = new StatementLog()) {
            db.messages().delete(d);

            assertThat(log.statements())
                    .filteredOn(statement -> statement.toLowerCase(Locale.ROOT).endsWith("for update"))
                    .hasSizeLessThanOrEqualTo(1);
        }
    }
}
