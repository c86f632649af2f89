package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Sessions that agents on the command line and in editors keep. */
class SessionFormsTest {

    private static final String UUID = "0198c000-0000-7000-8000-000000000001";

    private static Told input(String name) {
        return Told.of(Path.of("src/test/resources/inputs", name));
    }

    @Test
    void cursorHasCallsWithoutIdsAndLinesBetween() {
        Told told = input("cursor.jsonl");

        assertThat(told.form()).isEqualTo("cursor");
        assertThat(told.lines())
                .containsExactly(
                        "run session by cursor",
                        "user: <user_query>\nWhich tests fail?\n</user_query>",
                        "assistant: (thought), I run the tests., Shell#null {'command':'mvn test'}",
                        "tool: ->#null Shell '1 failed' failed by is_error",
                        "assistant: Read#null {'path':'Test.java'}",
                        "assistant: One test fails.",
                        "end session");
        assertThat(told.kept()).contains("turn_ended");
    }

    @Test
    void aCursorSessionIsNamedByItsFileAndFailsWithItsLastTurn() {
        Told told = Told.of(
                UUID + ".jsonl",
                "{'role': 'user', 'message': {'content': [{'type': 'text', 'text': 'a'}]}}",
                "{'type': 'turn_ended', 'status': 'success'}",
                "{'role': 'moon', 'message': {'content': 'b'}}",
                "{'what': 'ever'}",
                "{'type': 'turn_ended', 'status': 'error', 'error': 'no network'}");

        assertThat(told.lines())
                .containsExactly(
                        "run session = " + UUID + " by cursor",
                        "user: a",
                        "warned of role",
                        "other: b",
                        "warned of type",
                        "end session failed because no network");
        assertThat(told.kept()).contains("\"role\":\"moon\"", "\"what\":\"ever\"");
    }
}
