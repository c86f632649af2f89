package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Schedule;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.retention.Retention;
import dev.modelscan.storage.retention.RetentionPolicy;
import dev.modelscan.storage.retention.RetentionResult;
import dev.modelscan.storage.retention.RetentionSchedule;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.support.BeforeStatement;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.testkit.StatementLog;
import dev.modelscan.storage.tools.ToolExecution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a policy does not keep goes, and nothing else. */
abstract class RetentionContract extends Contract {

    private static final ConversationId OLD = new ConversationId("old");
    private static final ConversationId NEW = new ConversationId("new");

    private Agent agent;

    @BeforeEach
    void create() {
        agent = createAgent("a");
    }

    private void say(ConversationId conversation, MessagePart... parts) {
        db.messages()
                .create(Message.builder()
                        .conversationId(conversation)
                        .senderId(agent.id())
                        .contentType(ContentType.TEXT)
                        .content("hello")
                        .createdAt(clock.instant())
                        .parts(List.of(parts))
                        .build());
    }

    private void say(ConversationId conversation, int messages) {
        IntStream.range(0, messages).forEach(i -> say(conversation));
    }

    private void passDays(int days) {
        clock.set(clock.instant().plus(Duration.ofDays(days)));
    }

    private List<Long> numbers(ConversationId conversation) {
        return db.messages().list(500, 0).stream()
                .filter(message -> message.conversationId().equals(conversation))
                .map(Message::sequenceNumber)
                .sorted()
                .toList();
    }

    private RetentionResult runLikeItsDryRun(RetentionPolicy.Builder policy) {
        RetentionResult dry = new Retention(db, policy.build()).dryRun();
        RetentionResult result = new Retention(db, policy.build()).run();
        assertThat(result).isEqualTo(dry);
        assertThat(new Retention(db, policy.build()).run().rows()).isZero();
        return result;
    }

    @Test
    void aConversationGoesWholeWhenNothingNewIsInIt() {
        say(OLD, 120);
        say(NEW, 3);
        passDays(40);
        say(NEW, 1);

        RetentionResult result = runLikeItsDryRun(RetentionPolicy.builder().conversations(Duration.ofDays(30)));

        assertThat(result.conversations()).isEqualTo(1);
        assertThat(result.messages()).isEqualTo(120);
        assertThat(db.conversations().find(OLD)).isEmpty();
        assertThat(numbers(NEW)).containsExactly(1L, 2L, 3L, 4L);
    }

    /** As when an application stores what another recorded long ago. */
    @Test
    void messagesDecideTheAgeOfAConversationAndItsOwnTimeIfItHasNone() {
        say(OLD, 2);
        db.conversations()
                .create(Conversation.builder()
                        .id(new ConversationId("empty"))
                        .createdAt(clock.instant())
                        .build());
        passDays(40);
        db.messages()
                .create(Message.builder()
                        .conversationId(new ConversationId("recorded"))
                        .senderId(agent.id())
                        .contentType(ContentType.TEXT)
                        .content("hello")
                        .createdAt(clock.instant().minus(Duration.ofDays(35)))
                        .build());
        db.conversations()
                .create(Conversation.builder()
                        .id(NEW)
                        .createdAt(clock.instant())
                        .build());

        RetentionResult result = runLikeItsDryRun(RetentionPolicy.builder().conversations(Duration.ofDays(30)));

        assertThat(result.conversations()).isEqualTo(3);
        assertThat(db.conversations().list(PageRequest.first(10)).items())
                .extracting(Conversation::id)
                .containsExactly(NEW);
    }

    @Test
    void theNewestMessagesOfAConversationStay() {
        say(OLD, 150);
        say(NEW, 10);

        RetentionResult result = runLikeItsDryRun(RetentionPolicy.builder().messagesPerConversation(10));

        assertThat(result.messages()).isEqualTo(140);
        assertThat(numbers(OLD)).containsExactly(141L, 142L, 143L, 144L, 145L, 146L, 147L, 148L, 149L, 150L);
        assertThat(numbers(NEW)).hasSize(10);
        say(OLD, 1);
        assertThat(numbers(OLD)).contains(151L);
    }

    @Test
    void fewMessagesOfManyConversationsGoTogether() {
        List<ConversationId> all = IntStream.range(0, 30)
                .mapToObj(i -> new ConversationId("c" + i))
                .toList();
        all.forEach(conversation -> say(conversation, 12));
        AtomicInteger transactions = new AtomicInteger();

        RetentionResult result = new Retention(
                        db,
                        RetentionPolicy.builder().messagesPerConversation(10).build())
                .onProgress(deleted -> transactions.incrementAndGet())
                .run();

        assertThat(result.messages()).isEqualTo(60);
        assertThat(all)
                .allSatisfy(conversation ->
                        assertThat(numbers(conversation)).hasSize(10).startsWith(3L));
        // At least the first one takes several; how many the others take depends on how long it took.
        assertThat(transactions).hasValueLessThan(30);
    }

    @Test
    void theNewestBytesOfAConversationStay() {
        say(OLD, 10);
        say(NEW, 3);
        RetentionResult result = runLikeItsDryRun(RetentionPolicy.builder().messageBytesPerConversation(20));
        assertThat(result.messages()).isEqualTo(6);
        assertThat(numbers(OLD)).containsExactly(7L, 8L, 9L, 10L);
        assertThat(numbers(NEW)).hasSize(3);

        say(NEW, MessagePart.text("éé"));
        result = runLikeItsDryRun(RetentionPolicy.builder().messageBytesPerConversation(18));
        // Three of five bytes, of which the last has four more in a part.
        assertThat(numbers(NEW)).containsExactly(3L, 4L);
        assertThat(numbers(OLD)).containsExactly(8L, 9L, 10L);
        assertThat(result.messages()).isEqualTo(3);
    }

    @Test
    void theNewestMessageStaysHoweverLargeItIs() {
        say(OLD, 4);
        RetentionResult result = runLikeItsDryRun(RetentionPolicy.builder().messageBytesPerConversation(4));
        assertThat(result.messages()).isEqualTo(3);
        assertThat(numbers(OLD)).containsExactly(4L);
    }

    @Test
    void theNewestConversationsOfSoManyBytesStay() {
        say(OLD, 10);
        passDays(1);
        say(NEW, 4);
        assertThat(new Retention(db, RetentionPolicy.builder().messageBytes(21).build())
                        .run()
                        .rows())
                .isZero();
        RetentionResult result = runLikeItsDryRun(RetentionPolicy.builder().messageBytes(20));
        assertThat(result.conversations()).isOne();
        assertThat(result.messages()).isEqualTo(10);
        assertThat(numbers(OLD)).isEmpty();
        assertThat(numbers(NEW)).hasSize(4);
    }

    @Test
    void anOldConversationThatIsActiveAgainStaysWhole() {
        assertActiveStays(RetentionPolicy.builder().conversations(Duration.ofHours(12)));
    }

    @Test
    void aConversationBeyondTheBytesThatIsActiveAgainStaysWhole() {
        assertActiveStays(RetentionPolicy.builder().messageBytes(5));
    }

    /** All three are listed at once, and are too long for one transaction; the second gets a message while the first is deleted. */
    private void assertActiveStays(RetentionPolicy.Builder policy) {
        ConversationId first = new ConversationId("first");
        ConversationId second = new ConversationId("second");
        say(first, 60);
        passDays(1);
        say(second, 60);
        passDays(1);
        say(NEW, 1);

        RetentionResult result = new Retention(db, policy.build())
                .onProgress(deleted -> {
                    if (numbers(second).size() == 60) {
                        say(second, 1);
                    }
                })
                .run();

        assertThat(result).isEqualTo(new RetentionResult(1, 60, 0, 0, 0, 0));
        assertThat(numbers(second)).hasSize(61);
        assertThat(db.conversations().find(first)).isEmpty();
    }

    private static MessageId at(List<Message> messages, int number) {
        return messages.get(number - 1).id();
    }

    private List<Message> messages(ConversationId conversation) {
        return db.messages().list(500, 0).stream()
                .filter(message -> message.conversationId().equals(conversation))
                .sorted(Comparator.comparing(Message::sequenceNumber))
                .toList();
    }

    /** Others work between two batches. */
    private void runWith(Runnable work, RetentionPolicy.Builder policy) {
        AtomicBoolean worked = new AtomicBoolean();
        new Retention(db, policy.build())
                .onProgress(deleted -> {
                    if (!worked.getAndSet(true)) {
                        work.run();
                    }
                })
                .run();
        assertThat(worked).isTrue();
    }

    @Test
    void aConversationThatIsForkedOrCompactedMeanwhileKeepsWhatIsLeft() {
        say(OLD, 200);
        List<Message> all = messages(OLD);
        runWith(
                () -> db.conversations().fork(OLD, at(all, 180)),
                RetentionPolicy.builder().messagesPerConversation(10));
        assertThat(numbers(OLD)).contains(180L, 200L).hasSizeGreaterThan(100);
        assertThat(db.messages().listLatest(OLD, 1)).extracting(Message::id).containsExactly(at(all, 180));

        say(NEW, 200);
        List<Message> others = messages(NEW);
        runWith(
                () -> db.conversations().compact(NEW, at(others, 180), "what was said"),
                RetentionPolicy.builder().messageBytesPerConversation(50));
        assertThat(numbers(NEW)).contains(180L, 200L).hasSizeGreaterThan(100);
    }

    /** The oldest call that is left would be separated from its answer, whatever else goes. */
    @Test
    @Timeout(60)
    void aCallThatIsAnsweredMeanwhileIsKeptWithItsAnswer() {
        say(OLD, 50);
        say(OLD, MessagePart.toolCall("c1", "search", Json.emptyObject()));
        say(OLD, 100);

        runWith(
                () -> say(OLD, MessagePart.toolResult("c1", "found")),
                RetentionPolicy.builder().messagesPerConversation(10));

        assertThat(numbers(OLD)).startsWith(51L).contains(152L).hasSize(102);
    }

    @Test
    void aCallThatItsExecutionAnswersMeanwhileIsKeptWithItsAnswer() {
        say(OLD, 151);
        List<Message> all = messages(OLD);
        runWith(
                () -> db.toolExecutions()
                        .create(execution(agent)
                                .messageId(at(all, 51))
                                .answerMessageId(at(all, 145))
                                .build()),
                RetentionPolicy.builder().messagesPerConversation(10));

        assertThat(numbers(OLD)).startsWith(51L).hasSize(101);
    }

    /** That takes longer, the longer the conversation is. In each transaction it let others wait, and all of it took hours. */
    @Test
    void theCallsOfAConversationAreReadOnceForAllTransactions() {
        for (int i = 0; i < 300; i++) {
            say(OLD, MessagePart.toolCall("c" + i, "search", Json.emptyObject()));
            say(OLD, MessagePart.toolResult("c" + i, "found"));
        }
        AtomicInteger transactions = new AtomicInteger();
        try (StatementLog log = new StatementLog()) {
            new Retention(
                            db,
                            RetentionPolicy.builder()
                                    .messagesPerConversation(10)
                                    .build())
                    .onProgress(result -> transactions.incrementAndGet())
                    .run();
            // Once to choose what goes.
            assertThat(log.statements().stream().filter(sql -> sql.contains("group by") && sql.contains("call_id")))
                    .hasSize(2);
        }
        assertThat(transactions).hasValueGreaterThan(2);
        assertThat(numbers(OLD)).hasSize(10);
    }

    @Test
    void anOldConversationThatIsForkedMeanwhileKeepsWhatIsLeft() {
        say(OLD, 200);
        List<Message> all = messages(OLD);
        passDays(2);

        runWith(
                () -> db.conversations().fork(OLD, at(all, 180)),
                RetentionPolicy.builder().conversations(Duration.ofDays(1)));

        assertThat(numbers(OLD)).contains(180L, 200L).hasSizeGreaterThan(100);
    }

    @Test
    void anOldConversationThatIsCompactedMeanwhileKeepsWhatIsLeft() {
        say(OLD, 200);
        List<Message> all = messages(OLD);
        db.conversations().compact(OLD, at(all, 170), "what was said before");
        passDays(2);
        RetentionPolicy.Builder policy = RetentionPolicy.builder().conversations(Duration.ofDays(1));

        runWith(() -> db.conversations().compact(OLD, at(all, 180), "what was said"), policy);

        assertThat(numbers(OLD)).contains(180L, 200L).hasSizeGreaterThan(100);
        new Retention(db, policy.build()).run();
        assertThat(db.conversations().find(OLD)).isEmpty();
    }

    /** The message that the fork makes the last one is among those that go: all stay, or the fork finds it gone. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aForkBesideADeletionKeepsAllOrIsRefused(int conversations) throws Exception {
        RetentionPolicy.Builder policy = RetentionPolicy.builder().messagesPerConversation(10);
        besideEachStatement(conversations, policy, id -> {
            MessageId fifth = at(messages(id), 5);
            Callable<Message> fork = () -> db.conversations().fork(id, fifth);
            return new Beside(fork, isDone -> {
                assertThat(numbers(id)).hasSize(isDone ? 20 : 10);
                assertThat(db.messages().listLatest(id, 1))
                        .extracting(Message::sequenceNumber)
                        .containsExactly(isDone ? 5L : 20L);
            });
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aMessageBesideTheDeletionOfItsConversationIsNotLost(int conversations) throws Exception {
        RetentionPolicy.Builder policy = RetentionPolicy.builder().conversations(Duration.ofDays(1));
        besideEachStatement(conversations, policy, id -> {
            Message late =
                    message(agent).conversationId(id).createdAt(clock.instant()).build();
            Callable<Message> create = () -> db.messages().create(late);
            return new Beside(
                    create, isDone -> assertThat(db.messages().find(late.id())).isPresent());
        });
    }

    /** What another does meanwhile, and what has to be true then, whether it was done or refused. */
    private record Beside(Callable<?> work, Consumer<Boolean> check) {}

    /** Runs once for each statement of the run, on new conversations. The other begins before that statement, and may wait. */
    private void besideEachStatement(
            int conversations, RetentionPolicy.Builder policy, Function<ConversationId, Beside> other)
            throws Exception {
        boolean hasRun = true;
        for (int statement = 1; hasRun; statement++) {
            List<ConversationId> ids = new ArrayList<>();
            for (int i = 0; i < conversations; i++) {
                ids.add(new ConversationId("of statement " + statement + "/" + i));
                say(ids.get(i), 20);
            }
            passDays(2);
            Beside beside = other.apply(ids.get(0));
            AtomicReference<Workers.Worker<?>> worker = new AtomicReference<>();
            try (BeforeStatement before = new BeforeStatement(statement, () -> {
                worker.set(Workers.start(beside.work()));
                worker.get().giveTime();
            })) {
                new Retention(db, policy.build()).run();
                hasRun = before.hasRun();
            }
            if (hasRun) {
                Throwable refusal = catchThrowable(worker.get()::get);
                if (refusal != null) {
                    assertThat(refusal).hasCauseInstanceOf(NotFoundException.class);
                }
                beside.check().accept(refusal == null);
            }
            ids.stream().filter(id -> db.conversations().find(id).isPresent()).forEach(db.conversations()::delete);
        }
    }

    /** What is left of a tree would be no paths. */
    @Test
    void aConversationWithBranchesGoesAtOnce() {
        say(OLD, 150);
        db.conversations().fork(OLD, at(messages(OLD), 100));
        say(OLD, 1);
        passDays(2);
        List<RetentionResult> told = new ArrayList<>();

        new Retention(
                        db,
                        RetentionPolicy.builder()
                                .conversations(Duration.ofDays(1))
                                .build())
                .onProgress(told::add)
                .run();

        assertThat(told).containsOnly(new RetentionResult(1, 151, 0, 0, 0, 0));
        assertThat(db.conversations().find(OLD)).isEmpty();
    }

    private Task ended() {
        clock.advance();
        Task task = db.tasks().create(task().agentId(agent.id()).build());
        db.tasks().start(task.id());
        return db.tasks().complete(task.id(), Json.emptyObject());
    }

    @Test
    void twoRunsAtATimeLeaveAsManyTasksAsOne() {
        List<Task> all = IntStream.range(0, 130).mapToObj(i -> ended()).toList();
        RetentionPolicy.Builder policy = RetentionPolicy.builder().tasksPerAgent(10);

        runWith(
                () -> {
                    // The agent goes on meanwhile.
                    ended();
                    new Retention(db, policy.build()).run();
                },
                policy);

        assertThat(db.tasks().list(500, 0)).hasSize(10).doesNotContainAnyElementsOf(all.subList(0, 121));
    }

    @Test
    void aTaskThatIsOpenedAgainMeanwhileStays() throws Exception {
        Task task = ended();
        passDays(2);
        RetentionPolicy policy =
                RetentionPolicy.builder().tasks(Duration.ofDays(1)).build();
        CompletableFuture<RetentionResult> run = db.withTx(tx -> {
            tx.dsl()
                    .update(TASKS)
                    .set(TASKS.STATUS, TaskStatus.RUNNING)
                    .setNull(TASKS.COMPLETED_AT)
                    .where(TASKS.ID.eq(task.id()))
                    .execute();
            CompletableFuture<RetentionResult> running =
                    CompletableFuture.supplyAsync(() -> new Retention(db, policy).run());
            // Long enough for the other to find the task and to wait for this transaction.
            TimeUnit.MILLISECONDS.sleep(200);
            return running;
        });

        assertThat(run.get(30, TimeUnit.SECONDS).tasks()).isZero();
        assertThat(db.tasks().find(task.id())).isPresent();
    }

    /** Calls that overlap are kept from the first call on. */
    @Test
    void noCallIsPartedFromItsAnswer() {
        say(OLD, 5);
        say(OLD, MessagePart.toolCall("c1", "search", Json.emptyObject()));
        say(OLD, 3);
        say(OLD, MessagePart.toolCall("c2", "search", Json.emptyObject()));
        say(OLD, MessagePart.toolResult("c1", "found"));
        say(OLD, 2);
        say(OLD, MessagePart.toolResult("c2", "found"));
        say(OLD, 1);

        RetentionResult result = new Retention(
                        db, RetentionPolicy.builder().messagesPerConversation(3).build())
                .run();

        assertThat(result.messages()).isEqualTo(5);
        assertThat(numbers(OLD)).startsWith(6L).hasSize(10);
    }

    /** Imported answers are messages without a part; the execution links both. */
    @Test
    void noCallIsPartedFromAnAnswerThatItsExecutionNames() {
        say(OLD, 4);
        Message call = db.messages().listLatest(OLD, 1).get(0);
        say(OLD, 6);
        Message answer = db.messages().listLatest(OLD, 1).get(0);
        db.toolExecutions()
                .create(execution(agent)
                        .messageId(call.id())
                        .answerMessageId(answer.id())
                        .build());

        new Retention(db, RetentionPolicy.builder().messagesPerConversation(2).build()).run();

        assertThat(numbers(OLD)).containsExactly(4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    /** The call comes first and the answer last, so no smaller batch may go alone. */
    @Test
    void aLongCallTakesAllInBetweenAlong() {
        say(OLD, MessagePart.toolCall("c1", "search", Json.emptyObject()));
        say(OLD, 130);
        say(OLD, MessagePart.toolResult("c1", "found"));
        passDays(2);
        List<Long> left = new ArrayList<>();

        new Retention(
                        db,
                        RetentionPolicy.builder()
                                .conversations(Duration.ofDays(1))
                                .build())
                .onProgress(result -> left.add(132 - result.messages()))
                .run();

        assertThat(left).startsWith(0L);
    }

    /** Each call is answered after the next call, so all of them stay together. */
    private int statementsOfCallsThatOverlap(String name, int calls) {
        ConversationId conversation = new ConversationId(name);
        say(conversation, 1);
        for (int i = 0; i < calls; i++) {
            say(conversation, MessagePart.toolCall(name + i, "search", Json.emptyObject()));
            say(conversation, i == 0 ? MessagePart.text("x") : MessagePart.toolResult(name + (i - 1), "found"));
        }
        try (StatementLog log = new StatementLog()) {
            RetentionResult result = new Retention(
                            db,
                            RetentionPolicy.builder().messagesPerConversation(2).build())
                    .run();
            assertThat(result.messages()).isEqualTo(1);
            return log.statements().size();
        } finally {
            db.conversations().delete(conversation);
        }
    }

    @Test
    void aDryRunTakesAsManyStatementsHoweverManyConversationsThereAre() {
        int few = statementsOfDryRun(1);
        assertThat(statementsOfDryRun(5)).isEqualTo(few);
    }

    private int statementsOfDryRun(int more) {
        for (int i = 0; i < more; i++) {
            Agent other = createAgent("with tasks " + db.agents().list(100, 0).size());
            say(new ConversationId("of " + other.name()), 4);
            for (int j = 0; j < 2; j++) {
                Task task = db.tasks().create(task().agentId(other.id()).build());
                db.tasks().start(task.id());
                db.tasks().complete(task.id(), Json.emptyObject());
            }
        }
        passDays(2);
        RetentionPolicy policy = RetentionPolicy.builder()
                .conversations(Duration.ofDays(1))
                .messagesPerConversation(1)
                .messageBytesPerConversation(5)
                .messageBytes(5)
                .tasks(Duration.ofDays(1))
                .tasksPerAgent(1)
                .toolExecutions(Duration.ofDays(1))
                .modelCalls(Duration.ofDays(1))
                .build();
        try (StatementLog log = new StatementLog()) {
            RetentionResult counted = new Retention(db, policy).dryRun();
            int conversations =
                    db.conversations().list(PageRequest.first(100)).items().size();
            // The newest of all stays by its bytes.
            assertThat(counted.conversations()).isEqualTo(conversations + conversations - 1L);
            assertThat(counted.messages())
                    .isEqualTo(4L * conversations + 3L * conversations + 3L * conversations + 4L * (conversations - 1));
            assertThat(counted.tasks()).isEqualTo(3L * conversations);
            return log.statements().size();
        }
    }

    @Test
    void callsThatOverlapTakeAsManyStatementsHoweverManyTheyAre() {
        assertThat(statementsOfCallsThatOverlap("long", 20)).isEqualTo(statementsOfCallsThatOverlap("short", 3));
    }

    @Test
    void tasksThatEndedGoByAgeOrNumberAndOthersStay() {
        List<Task> ended = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clock.advance();
            Task task = db.tasks().create(task().agentId(agent.id()).build());
            db.tasks().start(task.id());
            ended.add(db.tasks().complete(task.id(), Json.emptyObject()));
        }
        Task running = db.tasks()
                .start(db.tasks().create(task().agentId(agent.id()).build()).id());

        assertThat(runLikeItsDryRun(RetentionPolicy.builder().tasksPerAgent(4)).tasks())
                .isEqualTo(2);
        assertThat(db.tasks().find(ended.get(1).id())).isEmpty();
        assertThat(db.tasks().find(ended.get(2).id())).isPresent();

        passDays(10);
        assertThat(runLikeItsDryRun(RetentionPolicy.builder().tasks(Duration.ofDays(5)))
                        .tasks())
                .isEqualTo(4);
        assertThat(db.tasks().list(10, 0)).extracting(Task::id).containsExactly(running.id());
    }

    @ParameterizedTest
    @ValueSource(longs = {86_400_000_000L, 100_000_000_000_000_000L, Long.MAX_VALUE})
    void nothingIsOlderThanTimesThatCanBeStored(long seconds) {
        say(new ConversationId("c"), 1);
        db.tasks().create(task().status(TaskStatus.FAILED).build());
        db.modelCalls().create(modelCall().build());
        Duration age = Duration.ofSeconds(seconds);

        RetentionResult result = runLikeItsDryRun(RetentionPolicy.builder()
                .conversations(age)
                .tasks(age)
                .toolExecutions(age)
                .modelCalls(age));

        assertThat(result).isEqualTo(new RetentionResult(0, 0, 0, 0, 0, 0));
    }

    @Test
    void executionsAndModelCallsGoByAge() {
        ToolExecution execution = db.toolExecutions().create(execution(agent).build());
        db.toolExecutions().start(execution.id());
        db.toolExecutions().complete(execution.id(), Json.emptyObject());
        ToolExecution pending = db.toolExecutions().create(execution(agent).build());
        db.modelCalls()
                .create(ModelCall.builder()
                        .model("m")
                        .createdAt(clock.instant())
                        .build());
        passDays(3);
        db.modelCalls()
                .create(ModelCall.builder()
                        .model("n")
                        .createdAt(clock.instant())
                        .build());

        RetentionResult result = runLikeItsDryRun(
                RetentionPolicy.builder().toolExecutions(Duration.ofDays(1)).modelCalls(Duration.ofDays(1)));

        assertThat(result).isEqualTo(new RetentionResult(0, 0, 0, 1, 1, 0));
        assertThat(db.toolExecutions().list(10, 0))
                .extracting(ToolExecution::id)
                .containsExactly(pending.id());
    }

    @Test
    void anInterruptedRunIsContinuedByTheNext() {
        say(OLD, 120);
        passDays(2);
        RetentionPolicy policy =
                RetentionPolicy.builder().conversations(Duration.ofDays(1)).build();
        assertThatThrownBy(() -> new Retention(db, policy)
                        .onProgress(result -> Thread.currentThread().interrupt())
                        .run())
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();

        new Retention(db, policy).run();
        assertThat(db.conversations().find(OLD)).isEmpty();
        assertThat(numbers(OLD)).isEmpty();
    }

    @Test
    void aScheduleRunsUntilTheDatabaseIsClosed() throws Exception {
        say(OLD, 3);
        passDays(2);
        List<StorageException> failures = new CopyOnWriteArrayList<>();
        CountDownLatch twice = new CountDownLatch(2);
        try (RetentionSchedule schedule = RetentionSchedule.start(
                db,
                RetentionPolicy.builder().conversations(Duration.ofDays(1)).build(),
                Duration.ofMillis(50),
                result -> twice.countDown(),
                failures::add)) {
            assertThat(twice.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(db.conversations().find(OLD)).isEmpty();
            db.close();
            assertThat(db.isOpen()).isFalse();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void aScheduleGoesOnWhateverItsListenersThrow() throws Exception {
        List<StorageException> failures = new CopyOnWriteArrayList<>();
        CountDownLatch thrice = new CountDownLatch(3);
        try (RetentionSchedule schedule = RetentionSchedule.start(
                db,
                RetentionPolicy.builder().conversations(Duration.ofDays(1)).build(),
                Duration.ofMillis(20),
                result -> {
                    thrice.countDown();
                    throw new IllegalStateException("full");
                },
                failure -> {
                    failures.add(failure);
                    throw new IllegalStateException("full too");
                })) {
            assertThat(thrice.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(failures).isNotEmpty().allSatisfy(failure -> assertThat(failure)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("full"));
    }

    /** Imported runs have ended, and their files may not say when. */
    @Test
    @Timeout(60)
    void aScheduleSurvivesErrorsAndInterruptsAndMayCloseItself() throws Exception {
        Iterator<Throwable> thrown = List.of(new StackOverflowError(), new AssertionError(), new InterruptedException())
                .iterator();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        CompletableFuture<Schedule> started = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        Runnable work = () -> {
            if (!thrown.hasNext()) {
                started.join().close();
                closed.countDown();
                return;
            }
            Throwable next = thrown.next();
            if (next instanceof Error error) {
                throw error;
            }
            Thread.currentThread().interrupt();
        };

        started.complete(
                Schedule.start(db, "test", Duration.ofMillis(1), work, failure -> failures.add(failure.getCause())));

        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(failures).hasExactlyElementsOfTypes(StackOverflowError.class, AssertionError.class);
        Schedule.start(db, "never again", Duration.ofSeconds(Long.MAX_VALUE), () -> {}, failures::add)
                .close();
        assertThat(failures).hasSize(2);
        for (Duration none : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertThatThrownBy(() -> Schedule.start(db, "none", none, () -> {}, failures::add))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("none: every is " + none + "; give a positive time");
        }
    }

    @Test
    void anAgeBeforeAllTimeKeepsAll() {
        say(OLD, 1);
        for (Duration age : List.of(Duration.ofDays(366L * 3_000), Duration.ofSeconds(Long.MAX_VALUE))) {
            RetentionPolicy.Builder policy = RetentionPolicy.builder()
                    .conversations(age)
                    .tasks(age)
                    .toolExecutions(age)
                    .modelCalls(age);
            assertThat(runLikeItsDryRun(policy)).isEqualTo(new RetentionResult(0, 0, 0, 0, 0, 0));
        }
        assertThat(numbers(OLD)).hasSize(1);
    }

    @Test
    void whatHasEndedAtNoKnownTimeGoesByTheTimeOfItsRecord() {
        Task imported = db.tasks()
                .create(task().agentId(agent.id())
                        .status(TaskStatus.COMPLETED)
                        .origin(Origin.of(db.sources().create(source().build()), "x"))
                        .createdAt(clock.instant())
                        .build());
        assertThat(imported.completedAt()).isNull();
        RetentionPolicy.Builder policy = RetentionPolicy.builder().tasks(Duration.ofDays(5));

        assertThat(runLikeItsDryRun(policy).tasks()).isZero();
        passDays(10);
        assertThat(runLikeItsDryRun(policy).tasks()).isEqualTo(1);
        assertThat(db.tasks().find(imported.id())).isEmpty();
    }

    /** Its database is not used again. */
    @ParameterizedTest
    @ValueSource(strings = {"ON DELETE RESTRICT", "", "ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED"})
    void whatAnotherTableRefersToStaysAndIsCounted(String rule) {
        Database shared = db;
        try (Database own = builder().open()) {
            db = own;
            agent = createAgent("a");
            IntStream.range(0, 150).forEach(i -> say(OLD));
            say(NEW, 1);
            ConversationId branched = new ConversationId("tree");
            say(branched, 2);
            db.conversations().fork(branched, at(messages(branched), 1));
            say(branched, 1);
            List<TaskId> tasks = new ArrayList<>();
            for (int i = 0; i < 120; i++) {
                tasks.add(ended().id());
            }
            refer("conversations", rule, NEW.value());
            refer("messages", rule, id(OLD, 40), id(OLD, 41), id(branched, 1));
            refer("tasks", rule, tasks.get(0).value(), tasks.get(77).value());
            passDays(40);

            RetentionPolicy policy = RetentionPolicy.builder()
                    .conversations(Duration.ofDays(30))
                    .tasks(Duration.ofDays(30))
                    .build();
            for (int run = 1; run <= 2; run++) {
                RetentionResult result = new Retention(db, policy).run();
                assertThat(result)
                        .isEqualTo(
                                run == 1
                                        ? new RetentionResult(0, 149, 118, 0, 0, 6)
                                        : new RetentionResult(0, 0, 0, 0, 0, 6));
                assertThat(numbers(OLD)).containsExactly(40L, 41L);
                assertThat(numbers(branched)).containsExactly(1L, 2L, 3L);
                assertThat(db.conversations().find(NEW)).isPresent();
                assertThat(db.tasks().list(9, 0))
                        .extracting(Task::id)
                        .containsExactlyInAnyOrder(tasks.get(0), tasks.get(77));
            }
        } finally {
            db = shared;
        }
    }

    private String id(ConversationId conversation, int number) {
        return at(messages(conversation), number).value();
    }

    private void refer(String table, String rule, String... ids) {
        String type = engine().name().startsWith("SQLite") ? "TEXT" : "text COLLATE \"C\"";
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE TABLE of_" + table + " (record " + type + " NOT NULL REFERENCES " + table
                            + " (id) " + rule + ")");
            for (String id : ids) {
                tx.dsl().execute("INSERT INTO of_" + table + " VALUES ('" + id + "')");
            }
        });
    }

    /** Its database is not used again. */
    @Test
    void afterOneThatIsReferredToTheOthersGoTogetherAgain() {
        Database shared = db;
        try (Database own = builder().open()) {
            db = own;
            agent = createAgent("a");
            IntStream.range(100, 160).forEach(i -> say(new ConversationId("c" + i)));
            refer("messages", "", id(new ConversationId("c100"), 1));
            passDays(40);
            List<RetentionResult> told = new ArrayList<>();

            RetentionResult result = new Retention(db, monthOfConversations())
                    .onProgress(told::add)
                    .run();

            assertThat(result).isEqualTo(new RetentionResult(59, 59, 0, 0, 0, 1));
            assertThat(told).hasSizeLessThan(40);
        } finally {
            db = shared;
        }
    }

    /** Its database is not used again. */
    @Test
    void whatATriggerKeepsIsNotCounted() {
        Database shared = db;
        try (Database own = builder().open()) {
            db = own;
            agent = createAgent("a");
            say(OLD, 3);
            say(NEW, 2);
            keep(OLD);
            passDays(40);

            assertThat(new Retention(db, monthOfConversations()).run())
                    .isEqualTo(new RetentionResult(1, 2, 0, 0, 0, 0));
            assertThat(numbers(OLD)).containsExactly(1L, 2L, 3L);
        } finally {
            db = shared;
        }
    }

    private static RetentionPolicy monthOfConversations() {
        return RetentionPolicy.builder().conversations(Duration.ofDays(30)).build();
    }

    private void keep(ConversationId id) {
        String isKept = "OLD.id = '" + id + "'";
        db.useTx(tx -> {
            if (engine().name().startsWith("SQLite")) {
                tx.dsl()
                        .execute("CREATE TRIGGER held BEFORE DELETE ON conversations WHEN " + isKept
                                + " BEGIN SELECT RAISE(IGNORE); END");
            } else {
                tx.dsl()
                        .execute("CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS"
                                + " $$BEGIN IF " + isKept
                                + " THEN RETURN NULL; END IF; RETURN OLD; END$$");
                tx.dsl()
                        .execute("CREATE TRIGGER held BEFORE DELETE ON conversations FOR EACH ROW EXECUTE FUNCTION"
                                + " held()");
            }
        });
    }

    @Test
    void aPolicyWithoutRulesOrWithWrongOnesIsRejected() {
        assertThatThrownBy(() -> RetentionPolicy.builder().build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RetentionPolicy.builder().tasks(Duration.ZERO).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        RetentionPolicy.builder().messagesPerConversation(0).build())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
