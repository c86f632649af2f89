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
                        "run session = fe301f8f-abaa-39cf-aa2c-245afdfc1eb8 by cursor",
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

    @Test
    void copilotHasAnEventALineAndSubAgents() {
        Told told = input("copilot.jsonl");

        assertThat(told.form()).isEqualTo("copilot");
        assertThat(told.lines())
                .containsExactly(
                        "run session = cp-1 by copilot",
                        "user e2: Look around",
                        "assistant e4: (thought), bash#c1 {'command':'ls'}, task#c2 {'prompt':'count'}",
                        "model m-1 of e4 null+10",
                        "tool e6: ->#c1 'a b' success by success",
                        "run cp-1/c2 = cp-1/c2 below session by explore",
                        "assistant e9: Two files.",
                        "model m-2 of e9 null+3",
                        "tool e11: ->#c2 {'message':'cut off','code':'limit'} failed by success",
                        "assistant e12: Done.",
                        "model m-1 of e12 null+5",
                        "model m-1 100+2 read 60 wrote 0",
                        "model m-2 20+0 read 0 wrote 0",
                        "end session",
                        "end cp-1/c2");
        assertThat(told.parts(Part.Answer.class).get(1).childRun()).isEqualTo("cp-1/c2");
        assertThat(told.kept())
                .contains(
                        "transformedContent",
                        "detailedContent",
                        "turn_start",
                        "shutdownType",
                        "\"cwd\":\"/w\"",
                        "04:05.1Z");
    }

    @Test
    void copilotMayUseToolsThatNoMessageAskedForAndEndWithAnError() {
        String event = "{'type': '%s', 'data': %s, 'id': '%s', 'timestamp': '2026-01-02T03:04:05Z', 'parentId': null}";
        Told told = Told.of(
                UUID + ".jsonl",
                event.formatted("user.message", "{'content': 'a'}", "e1"),
                event.formatted(
                        "tool.execution_start", "{'toolCallId': 'c', 'toolName': 'sh', 'arguments': '{}'}", "e2"),
                event.formatted("tool.execution_complete", "{'toolCallId': 'c', 'success': true}", "e3"),
                event.formatted("tool.execution_start", "{'toolCallId': 'd', 'toolName': 'sh'}", "e4"),
                event.formatted("session.shutdown", "{'shutdownType': 'error', 'errorReason': 'crash'}", "e5"));

        assertThat(told.lines())
                .containsExactly(
                        "run session = " + UUID + " by copilot",
                        "user e1: a",
                        "used sh#c {}, ->#c nothing success by success",
                        "used sh#d nothing",
                        "end session failed because crash");
    }

    @Test
    void theFirstCopilotSessionsAreChats() {
        Told told = Told.of(
                "session.json",
                "{'sessionId': 's', 'startTime': '2025-10-01T10:00:00Z', 'timeline': [], 'chatMessages': [",
                " {'role': 'user', 'content': 'a'}, {'role': 'assistant', 'tool_calls': [{'id': '1', 'type': 'function',"
                        + " 'function': {'name': 'f', 'arguments': '{}'}}]}]}");

        assertThat(told.form()).isEqualTo("copilot");
        assertThat(told.lines())
                .containsExactly("run session 1 = s by copilot", "user: a", "assistant: f#1 {}", "end session 1");
    }

    @Test
    void piKeepsATreeOfEntries() {
        Told told = input("pi-session.jsonl");

        assertThat(told.form()).isEqualTo("pi");
        assertThat(told.lines())
                .containsExactly(
                        "run session = 0198c000-0000-7000-8000-00000000000a by pi",
                        "user a1: List the files",
                        "assistant a2 after a1: (thought), I look., bash#t1 {'command':'ls'}",
                        "model m-1 of a2 12+5 read 3 wrote 0 cost 0.25",
                        "tool a3 after a2: ->#t1 bash [{'type':'text','text':'a b'}] success by isError",
                        "assistant a4 after a3: Two files.",
                        "model m-1 of a4 15+2 read 0 wrote 0 cost 0.05",
                        "user a6 after a3: bash#a6 {'command':'false'}, ->#a6 bash '' failed by exitCode",
                        "end session at a6");
        assertThat(told.kept()).contains("branch_summary", "session_info", "model_change", "\"lines\":1", "c2ln");
    }

    @Test
    void piOfTheFirstVersionAndOpenClawHaveNoUsableParents() {
        Told told = Told.of(
                "2026-01-02T03-04-05_" + UUID + ".jsonl",
                "{'type': 'message', 'timestamp': '2026-01-02T03:04:05Z', 'message': {'role': 'user', 'content': 'a'}}",
                "{'type': 'message', 'id': 'b', 'parentId': 'nowhere', 'message': {'role': 'assistant', 'content': [{'type':"
                        + " 'toolCall', 'id': 't', 'name': 'f', 'arguments': {}}], 'stopReason': 'error', 'errorMessage':"
                        + " 'no network'}}",
                "{'type': 'custom_message', 'customType': 'note', 'content': 'aside', 'id': 'c', 'parentId': 'b'}");

        assertThat(told.form()).isEqualTo("pi");
        assertThat(told.lines())
                .containsExactly(
                        "run session = " + UUID + " by pi",
                        "user: a",
                        "assistant b: f#t {}",
                        "other c after b: aside",
                        "end session failed because no network");
        assertThat(told.kept()).contains("\"parentId\":\"nowhere\"", "\"customType\":\"note\"");
    }

    @Test
    void droidHasEntriesWithAnthropicsParts() {
        Told told = input("droid.jsonl");

        assertThat(told.form()).isEqualTo("droid");
        assertThat(told.lines())
                .containsExactly(
                        "run session = d-1 by droid named Fix it",
                        "user m1: Run it",
                        "assistant m2 after m1: Execute#t1 {'command':'ls /nope'}",
                        "tool m3 after m2: ->#t1 'ls: /nope: no such file' failed by is_error",
                        "assistant m4 after m3: It is not there.",
                        "end session");
        assertThat(told.kept()).contains("todo_state", "\"version\":2");
    }

    @Test
    void continueAnswersACallByAMessageOrByItsState() {
        Told told = input("continue.json");

        assertThat(told.form()).isEqualTo("continue");
        assertThat(told.lines())
                .containsExactly(
                        "run session 1 = ct-1 by continue named Rename",
                        "user: rename foo",
                        "assistant: (thought)",
                        "assistant: , edit_file#c1 {'filepath':'a.py'}, run#c2 {}",
                        "tool: ->#c2 run [{'name':'Run','content':'no'}] failed by status",
                        "tool: ->#c1 'ok' unknown",
                        "end session 1");
        assertThat(told.kept()).contains("contextItems", "toolCallStates", "\"workspaceDirectory\":\"/w\"");
    }
}
