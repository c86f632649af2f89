package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClineFolderTest {

    @TempDir
    Path directory;

    @Test
    void aTaskHasTheTimesAndTheUsageOfWhatWasShown() throws IOException {
        write(
                "api_conversation_history.json",
                "[{'role': 'user', 'content': [{'type': 'text', 'text': 'go'}]},"
                        + " {'role': 'assistant', 'content': [{'type': 'text', 'text': 'one'}]},"
                        + " {'role': 'user', 'content': 'on'}, {'role': 'assistant', 'content': 'two', 'ts': 1767323049000}]");
        write(
                "ui_messages.json",
                "[{'ts': 1767323045000, 'type': 'say', 'say': 'task', 'text': 'Go on'},"
                        + " {'ts': 1767323046000, 'type': 'say', 'say': 'api_req_started', 'conversationHistoryIndex': -1,"
                        + " 'text': '{\\'tokensIn\\': 5, \\'tokensOut\\': 2, \\'cacheReads\\': 1, \\'cost\\': 0.25}'},"
                        + " {'ts': 1767323047000, 'type': 'say', 'say': 'text', 'text': 'one'},"
                        + " {'ts': 1767323048000, 'type': 'say', 'say': 'api_req_started', 'conversationHistoryIndex': 1,"
                        + " 'text': '{\\'tokensIn\\': 7, \\'tokensOut\\': 3}', 'modelInfo': {'modelId': 'm-2',"
                        + " 'providerId': 'p'}}, {'ts': 1767323050000, 'type': 'say', 'say': 'api_req_started', 'text':"
                        + " '{\\'request\\': \\'r\\'}'}]");
        write("task_metadata.json", "{'model_usage': [{'ts': 1767323045500, 'model_id': 'm-1'}]}");
        String database = directory.resolve("out.db").toString();
        String[] command = {"import", directory.resolve("tasks").toString(), "--db", database};

        Run run = MainTest.run(command);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("left out");
        try (Database db = Database.open(database)) {
            List<Message> messages = db.messages().list(10, 0);
            assertThat(messages).extracting(Message::content).containsExactly("go", "one", "on", "two");
            assertThat(messages).extracting(Message::createdAt).containsExactly(time(6), time(7), time(8), time(9));
            List<ModelCall> calls = db.modelCalls().list(PageRequest.first(10)).items();
            assertThat(calls).extracting(ModelCall::model).containsExactly("m-1", "m-2");
            assertThat(calls).extracting(ModelCall::inputTokens).containsExactly(5L, 7L);
            assertThat(calls)
                    .extracting(ModelCall::messageId)
                    .containsExactly(messages.get(1).id(), messages.get(3).id());
            assertThat(db.tasks().list(10, 0).get(0).origin().externalId()).isEqualTo("1767323045000");
        }
        assertThat(MainTest.run(command).out()).contains("0 messages and 0 calls of tools");
    }

    private static Instant time(int second) {
        return Instant.parse("2026-01-02T03:04:0" + second + "Z");
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve("tasks/1767323045000").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.replace('\'', '"'));
    }
}
