package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KimiFormTest {

    @Test
    void anAnswerIsPutTogetherFromItsPieces() {
        Told told = Told.of(Path.of("src/test/resources/inputs/kimi.jsonl"));

        assertThat(told.form()).isEqualTo("kimi");
        assertThat(told.lines())
                .containsExactly(
                        "run session = 1767323045000 by kimi",
                        "system: You are brief.",
                        "user: List",
                        "assistant km-s1: (thought), I look., Bash#Bash_0 {'command':'ls /nope'}",
                        "tool: ->#Bash_0 'no such file' failed by isError",
                        "model m-1 of km-s1 12+5 read 3 wrote 0",
                        "assistant km-s2: It is not there.",
                        "end session");
        assertThat(told.kept()).contains("turn.prompt", "usage.record", "\"profileName\":\"agent\"", "ls does it");
    }

    @Test
    void theContextHasMarksBetweenOpenAisMessages() {
        Told told = Told.of(
                "context.jsonl",
                "{'role': '_system_prompt', 'content': 's'}",
                "{'role': '_checkpoint', 'id': 0}",
                "{'role': 'user', 'content': 'a'}",
                "{'role': 'assistant', 'content': [{'type': 'think', 'think': 'h'}, {'type': 'text', 'text': 'b'}],"
                        + " 'tool_calls': [{'type': 'function', 'id': '1', 'function': {'name': 'f', 'arguments': '{}'}}]}",
                "{'role': '_usage', 'token_count': 7}",
                "{'role': 'tool', 'content': 'r', 'tool_call_id': '1'}");

        assertThat(told.form()).isEqualTo("kimi");
        assertThat(told.lines())
                .containsExactly(
                        "run session by kimi",
                        "system: s",
                        "user: a",
                        "assistant: (thought), b, f#1 {}",
                        "tool: ->#1 'r' unknown",
                        "end session");
        assertThat(told.kept()).contains("_checkpoint", "\"token_count\":7");
    }

    @Test
    void pythonsEventsTellOfSubAgents() {
        String event = "{'timestamp': 1767323045.5, 'message': {'type': '%s', 'payload': %s}}";
        String text = "{'type': 'ContentPart', 'payload': {'type': 'text', 'text': 'sub'}}";
        Told told = Told.of(
                "wire.jsonl",
                "{'type': 'metadata', 'protocol_version': '1.0'}",
                event.formatted("TurnBegin", "{'user_input': 'go'}"),
                event.formatted("StepBegin", "{'n': 1}"),
                event.formatted("ContentPart", "{'type': 'think', 'think': 'h', 'encrypted': null}"),
                event.formatted(
                        "ToolCall", "{'type': 'function', 'id': 't', 'function': {'name': 'Task', 'arguments': '{}'}}"),
                event.formatted("StatusUpdate", "{'token_usage': {'input_other': 3, 'output': 1}, 'message_id': 'm'}"),
                event.formatted("SubagentEvent", "{'task_tool_call_id': 't', 'event': " + text + "}"),
                event.formatted(
                        "ToolResult", "{'tool_call_id': 't', 'return_value': {'is_error': false, 'output': 'x'}}"),
                event.formatted("TurnEnd", "{}"));

        assertThat(told.lines())
                .containsExactly(
                        "run session = 1767323045.5 by kimi",
                        "user: go",
                        "assistant: (thought), Task#t {}",
                        "model null 3+1",
                        "run session/t = 1767323045.5/t below session by sub-agent",
                        "tool: ->#t 'x' success by is_error",
                        "end session",
                        "assistant: sub",
                        "end session/t");
        assertThat(told.parts(Part.Answer.class).get(0).childRun()).isEqualTo("1767323045.5/t");
        assertThat(told.all(Event.MessageRead.class).get(0).createdAt()).isEqualTo("2026-01-02T03:04:05.5Z");
    }
}
