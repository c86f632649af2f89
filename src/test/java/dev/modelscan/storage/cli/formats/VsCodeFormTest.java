package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VsCodeFormTest {

    @Test
    void changesMakeTheSessionAndRoundsTheMessages() {
        Told told = Told.of(Path.of("src/test/resources/inputs/vscode-copilot-chat.jsonl"));

        assertThat(told.form()).isEqualTo("vscode-chat");
        assertThat(told.lines())
                .containsExactly(
                        "run session 1 = vs-1 by GitHub Copilot named Tests",
                        "user vs-q1: Run the tests",
                        "assistant vs-r1/1: (thought), I run them., run_in_terminal#c1 {'command':'mvn test'}",
                        "tool: ->#c1 run_in_terminal [{'$mid':21,'value':'1 failed'}] unknown",
                        "assistant vs-r1: One fails.",
                        "model m-1 of vs-r1 30+6",
                        "end session 1");
        assertThat(told.kept()).contains("undoStop", "totalElapsed").doesNotContain("initialLocation");
    }

    @Test
    void whatWasShownIsTheAnswerIfNothingElseIsKnown() {
        Told told = Told.of(
                "chat.json",
                "{'sessionId': 's', 'requests': [{'requestId': 'q', 'message': {'text': 'a'}, 'response': [",
                " {'kind': 'thinking', 'value': 'hm', 'id': 't'}, {'value': 'See '}, {'kind': 'inlineReference', 'name': 'x.py'},",
                " {'value': '.'}, {'kind': 'toolInvocationSerialized', 'toolId': 'read', 'toolCallId': 'c', 'isComplete': true,",
                "  'resultDetails': {'input': '{}', 'output': [{'value': 'r'}], 'isError': true}}],",
                " 'result': {'errorDetails': {'message': 'late'}}}]}");

        assertThat(told.lines())
                .containsExactly(
                        "run session 1 = s",
                        "user q: a",
                        "assistant: (thought), (other), See x.py., read#c {}, ->#c read [{'value':'r'}] failed by isError",
                        "end session 1 failed because late");
    }

    @Test
    void aSessionInWhichNothingWasAskedIsNoRun() {
        assertThat(Told.of("chat.json", "{'sessionId': 's', 'version': 3, 'requests': []}")
                        .lines())
                .isEmpty();
    }
}
