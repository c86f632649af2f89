package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is erased is in no byte of the file, and of the files beside it. */
class ErasureBytesTest {

    private static final String NEEDLE = "zqneedle";

    /** An index stores what a word has more than the one before it. */
    private static final String IN_AN_INDEX = "qneedle";

    /** What is said begins with it, and the agent's name does not. */
    private static final String SAID = "qneedle1";

    private static final ConversationId TALK = new ConversationId("talk");

    @TempDir
    private Path directory;

    private Path file;
    private Agent ann;
    private Agent bob;

    private Database open() {
        return Database.builder()
                .path(file)
                .keepDeleted(Duration.ofDays(1))
                .busyTimeout(Duration.ofMillis(300))
                .open();
    }

    /** Rows, older versions of them, deleted ones, the archive, the log, the index of search, and the planner's samples. */
    private void fill() {
        file = directory.resolve("erased.db");
        try (Database db = open()) {
            db.search().enable();
            db.audit().enable();
            ann = db.agents()
                    .create(Agent.builder()
                            .name(NEEDLE + " ann")
                            .mode("human")
                            .metadata(Map.of("mail", NEEDLE + "@example.org"))
                            .build());
            bob = db.agents().create(Agent.builder().name("bob").mode("llm").build());
            db.conversations()
                    .create(Conversation.builder().id(TALK).title(NEEDLE + 1).build());
            for (int i = 0; i < 16; i++) {
                say(db, i);
            }
            List<Message> all = db.messages()
                    .listByConversation(TALK, PageRequest.first(16))
                    .items();
            db.messages().delete(all.get(3).id());
            db.messages().update(all.get(5).toBuilder().content("shorter").build());
            db.tasks().list(5, 0).forEach(task -> db.tasks().delete(task.id()));
            db.useTx(tx -> tx.dsl().execute("ANALYZE"));
        }
    }

    private void say(Database db, int i) {
        String text = NEEDLE + 1 + i + " ";
        Agent agent = i % 2 == 0 ? ann : bob;
        String said = i % 2 == 0 ? text.repeat(300) : "kept " + i;
        Task task = db.tasks()
                .create(Task.builder()
                        .agentId(agent.id())
                        .type("talk")
                        .input(Json.of(said))
                        .build());
        Message message = db.messages()
                .create(Message.builder()
                        .conversationId(TALK)
                        .senderId(agent.id())
                        .taskId(task.id())
                        .content(said)
                        .parts(MessagePart.text(said))
                        .build());
        db.toolExecutions()
                .create(ToolExecution.builder()
                        .agentId(agent.id())
                        .messageId(message.id())
                        .toolName("search")
                        .input(Json.of(said))
                        .build());
    }

    private long found() throws IOException {
        return found(IN_AN_INDEX);
    }

    private long found(String text) throws IOException {
        long found = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                String bytes = Files.readString(each, StandardCharsets.ISO_8859_1);
                for (int at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
                    found++;
                }
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingOfAnAgentIsInTheFile(boolean pseudonymised) throws IOException {
        fill();
        ErasureRequest request = ErasureRequest.agent(ann.id());
        request = pseudonymised ? request.pseudonymised() : request;
        try (Database db = open()) {
            ErasureReceipt receipt = db.erasure().erase(request.withoutScrub());
            assertThat(receipt.scrubbed()).isFalse();
            assertThat(found()).as("left by deleted rows").isPositive();

            db.erasure().scrub();

            assertThat(found()).isZero();
            assertThat(db.audit().verify().fault()).isEmpty();
            assertThat(db.search().find("kept", PageRequest.first(1)).items()).hasSize(1);
            assertThat(db.doctor().findings())
                    .noneMatch(finding ->
                            finding.code().startsWith("page") || finding.code().startsWith("index"));
        }
        assertThat(found()).isZero();
    }

    /** Without a trigger it keeps the words of what is deleted. */
    @Test
    void aSearchIndexThatLacksAPartIsRebuilt() throws Exception {
        fill();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.executeUpdate("DROP TRIGGER messages_search_delete; DROP TRIGGER message_parts_search_delete");
        }
        try (Database db = open()) {
            db.erasure().erase(ErasureRequest.agent(ann.id()));
            assertThat(found()).isZero();
            assertThat(db.search().find("kept", PageRequest.first(1)).items()).hasSize(1);
            assertThat(db.doctor().findings())
                    .noneMatch(finding -> finding.code().startsWith("search"));
        }
    }

    @Test
    void nothingOfAConversationIsInTheFile() throws IOException {
        fill();
        try (Database db = open()) {
            db.agents().update(ann.toBuilder().name("ann").metadata(Map.of()).build());
            db.erasure().erase(ErasureRequest.conversation(TALK));
            // The log still tells what the agent was called.
            assertThat(found(SAID)).isZero();
            assertThat(found()).isPositive();
            assertThat(db.audit().verify().fault()).isEmpty();
            db.erasure().erase(ErasureRequest.agent(ann.id()));
            assertThat(found()).isZero();
        }
    }

    /** In the transaction, and behind it. */
    @ParameterizedTest
    @ValueSource(strings = {"AUDIT", "SCRUB"})
    void aKilledErasureIsRunAgain(String phase) throws Exception {
        fill();
        ChildProcess child = ChildProcess.start(
                directory, List.of(), "erase", file.toString(), ann.id().value(), phase);
        child.awaitReady();
        child.kill();
        assertThat(found()).isPositive();
        try (Database db = open()) {
            assertThat(db.agents().find(ann.id()).isPresent()).isEqualTo(phase.equals("AUDIT"));
            ErasureReceipt receipt = db.erasure().erase(ErasureRequest.agent(ann.id()));
            assertThat(receipt.isEmpty()).isEqualTo(phase.equals("SCRUB"));
            assertThat(found()).isZero();
            assertThat(db.audit().verify().fault()).isEmpty();
        }
    }

    @Test
    void aReaderThatKeepsTheLogIsNamed() throws Exception {
        fill();
        try (Database db = open();
                Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            reader.setAutoCommit(false);
            try (Statement statement = reader.createStatement()) {
                statement.executeQuery("SELECT count(*) FROM messages").close();
                assertThatThrownBy(() -> db.erasure().erase(ErasureRequest.agent(ann.id())))
                        .isInstanceOf(BusyException.class)
                        .hasMessageNotContaining(NEEDLE);
                assertThat(db.agents().find(ann.id())).isEmpty();
            }
            reader.rollback();
            assertThat(db.erasure().erase(ErasureRequest.agent(ann.id())).isEmpty())
                    .isTrue();
            assertThat(found()).isZero();
        }
    }

    @Test
    void aDatabaseInMemoryHasNoFile() {
        try (Database db = Database.inMemory()) {
            ann = db.agents().create(Agent.builder().name(NEEDLE).mode("human").build());
            assertThat(db.erasure().erase(ErasureRequest.agent(ann.id())).removed())
                    .isEqualTo(Map.of("agents", 1L));
            assertThat(db.agents().find(ann.id())).isEmpty();
        }
    }
}
