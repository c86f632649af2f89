package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.EmptySchemas;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.TcpProxy;
import dev.modelscan.storage.workspaces.Workspaces;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The library says "nothing was stored" only if nothing was stored. */
@Timeout(60)
class PostgresOutcomeTest {

    private final TcpProxy proxy = new TcpProxy();
    private final String workspace = EmptySchemas.take();
    private final Database db = Database.builder()
            .url(proxy.url())
            .workspace(workspace)
            .poolSize(1)
            .connectTimeout(Duration.ofSeconds(1))
            .busyTimeout(Duration.ofSeconds(5))
            .open();

    @AfterEach
    void close() {
        proxy.heal();
        db.close();
        proxy.close();
        EmptySchemas.giveBack(workspace);
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    /** What a call on a separate thread returned or threw, and whether its interrupt flag was set then. */
    private record Outcome(
            @Nullable Object result, @Nullable Throwable thrown, boolean interrupted) {}

    private record Call(Thread thread, CompletableFuture<Outcome> outcome) {

        static Call start(Callable<?> work) {
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                Object result = null;
                Throwable thrown = null;
                try {
                    result = work.call();
                } catch (Throwable t) {
                    thrown = t;
                }
                outcome.complete(
                        new Outcome(result, thrown, Thread.currentThread().isInterrupted()));
            });
            thread.setDaemon(true);
            thread.start();
            return new Call(thread, outcome);
        }

        Outcome get() throws Exception {
            return outcome.get(40, TimeUnit.SECONDS);
        }
    }

    /** A write, and the text of its last statement. */
    private record Write(String name, String lastStatement, Function<Database, Callable<?>> call) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Write> writes() {
        return Stream.of(
                new Write("create", "insert into", db -> () -> db.agents().create(agent("a"))),
                new Write("createAll", "COMMIT", db -> () -> db.agents().createAll(List.of(agent("a")))),
                new Write(
                        "useTx",
                        "COMMIT",
                        db -> () -> db.withTx(tx -> tx.agents().create(agent("a")))));
    }

    /** The server has stored it, the reply is on its way, and the watchdog sends a cancel. */
    @ParameterizedTest
    @MethodSource("writes")
    void whatHasBeenStoredIsReturnedWhateverTheInterruptFlagSays(Write write) throws Exception {
        proxy.holdReplyTo(write.lastStatement());
        Call call = Call.start(write.call().apply(db));
        proxy.awaitHeld();
        call.thread().interrupt();
        Thread.sleep(300);
        proxy.letGo();

        Outcome outcome = call.get();
        assertThat(outcome.thrown()).isNull();
        assertThat(outcome.result()).isNotNull();
        assertThat(outcome.interrupted()).isTrue();
        assertThat(db.agents().list(10, 0)).hasSize(1);
    }

    private Call createWhoseReplyIsHeld(Agent agent) throws InterruptedException {
        proxy.holdReplyTo("insert into");
        Call call = Call.start(() -> db.agents().create(agent));
        proxy.awaitHeld();
        return call;
    }

    private static void requireUnknown(Outcome outcome, Agent agent) {
        assertThat(outcome.thrown())
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("agent " + agent.id())
                .hasMessageContaining("read it back");
        OutcomeUnknownException unknown = (OutcomeUnknownException) outcome.thrown();
        assertThat(unknown.entity()).isEqualTo("agent");
        assertThat(unknown.id()).isEqualTo(agent.id().value());
    }

    @Test
    void anInterruptWhileTheServerIsAwayAfterALostReplyLeavesTheOutcomeUnknown() throws Exception {
        Agent agent = agent("a");
        Call call = createWhoseReplyIsHeld(agent);
        proxy.refuse(Integer.MAX_VALUE, "57P03");
        proxy.cut();
        Thread.sleep(300);
        call.thread().interrupt();

        Outcome outcome = call.get();
        requireUnknown(outcome, agent);
        assertThat(outcome.interrupted()).as("%s", outcome.thrown()).isTrue();
        proxy.heal();
        assertThat(db.agents().list(10, 0)).containsExactly(agent);
    }

    /** The retry waits for a lock, for too long or until its thread is interrupted. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLockThatKeepsTheSecondTryWaitingLeavesTheOutcomeUnknown(boolean interrupt) throws Exception {
        Agent agent = agent("a");
        Call call = createWhoseReplyIsHeld(agent);
        try (Connection other = PostgresServer.connect(workspace);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE agents");
            proxy.cut();
            Thread.sleep(500);
            if (interrupt) {
                call.thread().interrupt();
            }
            Outcome outcome = call.get();
            requireUnknown(outcome, agent);
            assertThat(outcome.interrupted()).isEqualTo(interrupt);
        }
        assertThat(db.agents().list(10, 0)).containsExactly(agent);
    }

    @Test
    void anotherWhoHasAllConnectionsAfterALostReplyLeavesTheOutcomeUnknown() throws Exception {
        Agent agent = agent("a");
        Call call = createWhoseReplyIsHeld(agent);
        // It waits for the only connection, gets it, and keeps it.
        CompletableFuture<Void> end = new CompletableFuture<>();
        Call holder = Call.start(() -> db.withTx(tx -> end.get(40, TimeUnit.SECONDS)));
        Thread.sleep(200);
        proxy.cut();
        Outcome outcome = call.get();
        end.complete(null);
        holder.get();
        if (outcome.thrown() == null) {
            // The first one was faster, and found its record.
            assertThat(outcome.result()).isEqualTo(agent);
        } else {
            requireUnknown(outcome, agent);
        }
        assertThat(db.agents().list(10, 0)).containsExactly(agent);
    }

    /** The cancel request does not arrive either, so the library gives the connection up. */
    @Test
    void anInterruptWhileTheNetworkIsGoneLeavesTheOutcomeUnknown() throws Exception {
        Agent agent = agent("a");
        Call call = createWhoseReplyIsHeld(agent);
        proxy.swallow();
        call.thread().interrupt();
        Outcome outcome = call.get();
        requireUnknown(outcome, agent);
        assertThat(outcome.interrupted()).isTrue();
        proxy.heal();
        assertThat(db.agents().list(10, 0)).containsExactly(agent);
    }

    @Test
    void aRecordThatWasChangedAfterALostReplyLeavesTheOutcomeUnknown() throws Exception {
        Agent agent = agent("a");
        Call call = createWhoseReplyIsHeld(agent);
        try (Database other = Database.builder()
                .url(PostgresServer.url())
                .workspace(workspace)
                .open()) {
            other.agents().updateStatus(agent.id(), AgentStatus.ACTIVE);
        }
        proxy.cut();
        requireUnknown(call.get(), agent);
    }

    @Test
    void closingTheDatabaseAfterALostReplyLeavesTheOutcomeUnknown() throws Exception {
        Agent agent = agent("a");
        Call call = createWhoseReplyIsHeld(agent);
        Call closing = Call.start(() -> {
            db.close();
            return true;
        });
        Thread.sleep(200);
        proxy.cut();
        requireUnknown(call.get(), agent);
        assertThat(closing.get().thrown()).isNull();
    }

    @Test
    void aCommitWhoseReplyIsLostNamesTheRecord() {
        Agent sender = db.agents().create(agent("sender"));
        Message message = Message.builder()
                .conversationId(new ConversationId("c"))
                .senderId(sender.id())
                .content("hello")
                .build();
        proxy.cutReplyTo("COMMIT");
        assertThatThrownBy(() -> db.messages().create(message))
                .isInstanceOfSatisfying(OutcomeUnknownException.class, thrown -> {
                    assertThat(thrown.entity()).isEqualTo("message");
                    assertThat(thrown.id()).isEqualTo(message.id().value());
                })
                .hasMessageContaining("message " + message.id());
    }

    @Test
    void aDropWhoseReplyIsLostIsUnknown() {
        String name = PostgresServer.newSchemaName();
        try (Workspaces workspaces = Database.builder().url(proxy.url()).openWorkspaces()) {
            workspaces.open(name).close();
            proxy.cutReplyTo("DROP SCHEMA");
            assertThatThrownBy(() -> workspaces.drop(name, name))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining(name);
        }
    }

    /** All migrations are one transaction. */
    @Test
    void aMigrationWhoseCommitIsLostIsNotSaidToHaveChangedNothing() {
        String name = PostgresServer.newSchemaName();
        DatabaseBuilder builder = Database.builder().url(proxy.url()).workspace(name);
        // With the end of the text, because READ COMMITTED also contains it.
        proxy.cutReplyTo("COMMIT\u0000");
        assertThatThrownBy(builder::open)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("as a whole or not at all");
        try (Database opened = builder.open()) {
            assertThat(opened.agents().list(10, 0)).isEmpty();
        }
    }
}
