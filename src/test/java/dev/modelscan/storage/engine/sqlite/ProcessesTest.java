package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Several processes have one database open. */
class ProcessesTest {

    private static final boolean LONG = Boolean.getBoolean("modelscan.test.long");

    @TempDir
    private Path directory;

    private ChildProcess start(String... arguments) throws Exception {
        return ChildProcess.start(directory, List.of(), arguments);
    }

    @Test
    void processesThatOpenOneNewFileAtOnceWorkAndOneOfThemMigrates() throws Exception {
        List<ChildProcess> children = new ArrayList<>();
        for (int i = 0; i < (LONG ? 8 : 5); i++) {
            children.add(start("open", "shared.db"));
        }
        List<String> outputs = new ArrayList<>();
        for (ChildProcess child : children) {
            outputs.add(child.output().strip());
        }
        assertThat(outputs).allMatch(output -> output.matches("applied \\d+ agents 0"));
        assertThat(outputs.stream().filter(output -> !output.startsWith("applied 0")))
                .hasSize(1);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aProcessKilledWhileItReadsALongBlobLeavesNoTemporaryFile() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        ChildProcess child = ChildProcess.start(
                directory,
                List.of("-Djava.io.tmpdir=" + temporary, "-Dorg.sqlite.tmpdir=" + directory),
                "blob",
                "shared.db");
        child.awaitReady();
        child.kill();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void ofProcessesThatCreateOneWorkspaceAtOnceOneSucceeds() throws Exception {
        Map<String, String> names = Map.of("workspaces", "acme", PostgresServer.url(), PostgresServer.newSchemaName());
        for (String place : names.keySet()) {
            List<ChildProcess> children = new ArrayList<>();
            for (int i = 0; i < (LONG ? 5 : 3); i++) {
                children.add(start("create", place, names.get(place)));
            }
            List<String> outputs = new ArrayList<>();
            for (ChildProcess child : children) {
                outputs.add(child.output().strip());
            }
            assertThat(outputs).containsOnlyOnce("created").containsOnly("created", "conflict");
        }
    }

    @Test
    void processesThatFindOrCreateTheSameAgentsAtOnceGetTheSameOnes() throws Exception {
        for (String place : List.of("shared.db", PostgresServer.url(PostgresServer.newSchema()))) {
            List<ChildProcess> children = new ArrayList<>();
            for (int i = 0; i < (LONG ? 4 : 3); i++) {
                children.add(start("findOrCreate", place, String.valueOf(i)));
            }
            List<String> outputs = new ArrayList<>();
            for (ChildProcess child : children) {
                outputs.add(child.output().strip());
            }
            assertThat(outputs).containsOnly(outputs.get(0)).allMatch(output -> output.contains("agent 99="));
        }
    }

    @Test
    void twoProcessesThatWriteLoseNothingAndNumberWithoutGaps() throws Exception {
        Path file = directory.resolve("shared.db");
        ConversationId talk = ConversationId.next();
        ChildProcess first = start("write", "shared.db", "first", talk.value());
        ChildProcess second = start("write", "shared.db", "second", talk.value());
        first.output();
        second.output();
        try (Database db = Database.open(file)) {
            List<Message> messages = db.messages().listLatest(talk, 1_000);
            assertThat(messages)
                    .extracting(Message::sequenceNumber)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 400).boxed().toList());
            for (Agent sender : db.agents().list(10, 0)) {
                List<String> expected = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    expected.add(sender.name() + " " + i);
                }
                assertThat(messages.stream()
                                .filter(message -> message.senderId().equals(sender.id()))
                                .map(Message::content))
                        .containsExactlyElementsOf(expected);
                assertThat(db.tasks().listByAgent(sender.id(), PageRequest.first(1_000)))
                        .hasSize(200);
            }
            assertThat(db.agents().list(10, 0)).hasSize(2);
        }
    }

    @Test
    void aProcessKilledInsideATransactionLeavesNothingOfItAndTheOtherGoesOn() throws Exception {
        ConversationId talk = ConversationId.next();
        try (Database db = Database.open(directory.resolve("shared.db"))) {
            Agent survivor = db.agents()
                    .create(Agent.builder().name("survivor").mode("llm").build());
            ChildProcess child = start("hold", "shared.db", talk.value());
            child.awaitReady();
            assertThat(db.agents().list(10, 0)).containsExactly(survivor);
            child.kill();
            Message first = db.messages()
                    .create(Message.builder()
                            .conversationId(talk)
                            .senderId(survivor.id())
                            .contentType(ContentType.TEXT)
                            .content("still here")
                            .build());
            assertThat(first.sequenceNumber()).isEqualTo(1);
            assertThat(db.agents().findByName("doomed")).isEmpty();
            assertThat(db.messages().listLatest(talk, 10)).containsExactly(first);
            assertThat(db.healthCheck().isHealthy()).isTrue();
        }
    }
}
