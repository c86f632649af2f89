package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Sessions of agents whose lines have a type of their own instead of a role. */
class StepFormsTest {

    @Test
    void groksLinesAreChatMessagesAndItems() {
        Told told = Told.of(
                "chat_history.jsonl",
                "{'info': {'id': 's-1', 'cwd': '/w'}, 'generated_title': 'T', 'agent_name': 'explore',"
                        + " 'created_at': '2026-01-02T03:04:05Z', 'chat_format_version': 1}",
                "{'type': 'system', 'content': 'You are Grok.'}",
                "{'type': 'user', 'content': [{'type': 'text', 'text': 'go'}], 'prompt_index': 0}",
                "{'type': 'reasoning', 'id': 'r1', 'summary': [], 'encrypted_content': 'x'}",
                "{'type': 'assistant', 'content': 'I look.', 'tool_calls': [{'id': 'c1', 'name': 'read_file',"
                        + " 'arguments': '{}'}], 'model_id': 'grok-4.5'}",
                "{'type': 'tool_result', 'tool_call_id': 'c1', 'content': 'text'}",
                "{'type': 'backend_tool_call', 'kind': {'tool_type': 'x_search', 'id': 'w1', 'status': 'completed',"
                        + " 'action': {'query': 'q'}}}",
                "{'type': 'moon', 'of': 'cheese'}",
                "{'type': 'assistant', 'content': 'Done.', 'tool_calls': [], 'model_id': 'grok-4.5'}");

        assertThat(told.form()).isEqualTo("grok");
        assertThat(told.lines())
                .containsExactly(
                        "run session = s-1 by explore named T",
                        "system: You are Grok.",
                        "user: go",
                        "assistant r1: (thought)",
                        "assistant: I look., read_file#c1 {}",
                        "tool: ->#c1 'text' unknown",
                        "assistant w1: x_search#w1 {'query':'q'}, ->#w1 x_search nothing success by status",
                        "warned of type",
                        "assistant: Done.",
                        "end session");
        assertThat(told.kept()).contains("grok-4.5", "cheese", "\"cwd\":\"/w\"", "prompt_index");
    }

    @Test
    void antigravitysToolsAnswerInTheOrderOfTheirCalls() {
        String step = "{'step_index': %s, 'source': '%s', 'type': '%s', 'status': '%s', 'created_at':"
                + " '2026-01-02T03:04:05Z'%s}";
        Told told = Told.of(
                "transcript.jsonl",
                step.formatted(0, "USER_EXPLICIT", "USER_INPUT", "DONE", ", 'content': 'go'"),
                step.formatted(1, "SYSTEM", "CONVERSATION_HISTORY", "DONE", ""),
                step.formatted(
                        2,
                        "MODEL",
                        "PLANNER_RESPONSE",
                        "DONE",
                        ", 'thinking': 'hm', 'tool_calls': [{'name': 'list_dir', 'args': {'Path': '\\'/w\\'', 'Deep':"
                                + " 'true'}}]"),
                step.formatted(3, "MODEL", "LIST_DIRECTORY", "ERROR", ", 'content': 'no such directory'"),
                step.formatted(4, "SYSTEM", "CHECKPOINT", "DONE", ", 'content': 'resumed'"),
                step.formatted(4, "MODEL", "VIEW_FILE", "DONE", ", 'content': 'text'"),
                step.formatted(5, "MODEL", "PLANNER_RESPONSE", "DONE", ", 'content': 'Nothing.'"));

        assertThat(told.form()).isEqualTo("antigravity");
        assertThat(told.lines())
                .containsExactly(
                        "run session by antigravity",
                        "user: go",
                        "assistant: (thought), list_dir#null {'Path':'/w','Deep':true}",
                        "tool: ->#null 'no such directory' failed by status",
                        "system: resumed",
                        "assistant: view_file#null nothing, ->#null view_file 'text' unknown",
                        "assistant: Nothing.",
                        "end session");
        assertThat(told.kept()).contains("CONVERSATION_HISTORY", "LIST_DIRECTORY");
    }

    @Test
    void aCallOfAntigravityThatWasCancelledGetsNoOthersAnswer() {
        String call =
                "{'step_index': %s, 'source': 'MODEL', 'type': 'PLANNER_RESPONSE', 'status': 'DONE', 'tool_calls':"
                        + " [{'name': '%s', 'args': {}}]}";
        Told told = Told.of(
                "transcript.jsonl",
                call.formatted(0, "run_command"),
                call.formatted(1, "view_file"),
                "{'step_index': 2, 'source': 'MODEL', 'type': 'VIEW_FILE', 'status': 'DONE', 'content': 'text'}");

        assertThat(told.lines()).contains("tool: ->#null view_file 'text' unknown");
    }
}
