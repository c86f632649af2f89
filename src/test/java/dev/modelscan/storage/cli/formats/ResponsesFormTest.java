package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResponsesFormTest {

    @Test
    void itemsOfAnArrayAreOneRun() {
        Told told = Told.of(
                "items.json",
                "[{'role': 'user', 'type': 'message', 'content': [{'type': 'input_text', 'text': 'hi'}]},",
                " {'type': 'reasoning', 'id': 'r1', 'summary': [], 'encrypted_content': 'x'},",
                " {'type': 'function_call', 'id': 'f1', 'call_id': 'c1', 'name': 'add', 'arguments': '{\\'a\\': 1}'},",
                " {'type': 'function_call_output', 'call_id': 'c1', 'output': '[1, 2]', 'status': 'incomplete'},",
                " {'type': 'web_search_call', 'id': 'w1', 'status': 'completed', 'action': {'query': 'q'}},",
                " {'type': 'mcp_call', 'id': 'm1', 'name': 'find', 'arguments': '{}', 'output': null, 'error': 'no"
                        + " server'},",
                " {'type': 'message', 'id': 'a1', 'role': 'assistant', 'content':",
                "  [{'type': 'output_text', 'text': 'ok', 'annotations': [{'url': 'u'}]}, {'type': 'refusal',"
                        + " 'refusal': 'no'}]}]");

        assertThat(told.form()).isEqualTo("openai-responses");
        assertThat(told.lines())
                .containsExactly(
                        "run items-1",
                        "user: hi",
                        "assistant r1: (thought)",
                        "assistant f1: add#c1 {'a':1}",
                        "tool: ->#c1 [1,2] failed by status",
                        "assistant w1: web_search#w1 {'query':'q'}, ->#w1 web_search nothing success by status",
                        "assistant m1: find#m1 {}, ->#m1 find 'no server' failed by error",
                        "assistant a1: ok, (refused) no",
                        "end items-1");
        assertThat(told.kept()).contains("[1, 2]", "\"url\":\"u\"");
    }

    @Test
    void itemsOnLinesAreOneRunAndAListOnEachLineIsARunEach() {
        String item = "{'type': 'message', 'role': 'user', 'content': 'x'}";
        assertThat(Told.of("a.jsonl", item, item).lines())
                .containsExactly("run items", "user: x", "user: x", "end items");
        assertThat(Told.of("b.jsonl", "[" + item + "]", "[" + item + "]").lines())
                .containsExactly("run list-1", "user: x", "end list-1", "run list-2", "user: x", "end list-2");
    }

    @Test
    void aResponseTellsWhatTheModelCost() {
        Told told = Told.of(
                "r.json",
                "{'id': 'resp_1', 'object': 'response', 'created_at': 1767323045, 'model': 'm-1', 'status':"
                        + " 'completed',",
                " 'instructions': 'Be short.', 'output': [{'type': 'message', 'role': 'assistant', 'content': []}],",
                " 'usage': {'input_tokens': 9, 'input_tokens_details': {'cached_tokens': 4}, 'output_tokens': 3,",
                "  'output_tokens_details': {'reasoning_tokens': 2}}}");

        assertThat(told.lines())
                .containsExactly(
                        "run record-1 = resp_1",
                        "system: Be short.",
                        "assistant: ",
                        "model m-1 9+3 read 4 thought 2",
                        "end record-1");
    }

    @Test
    void aSessionWithItemsIsARunAndItsFirstItemMayHaveNoType() {
        Told told = Told.of(
                "session.json",
                "{'session_id': 's', 'items': [{'role': 'user', 'content': 'hi'},",
                " {'type': 'message', 'role': 'assistant', 'content': [{'type': 'output_text', 'text': 'yo'}]}]}");

        assertThat(told.lines()).containsExactly("run record-1 = s", "user: hi", "assistant: yo", "end record-1");
    }

    @Test
    void aFailedResponseOfABatchIsAFailedRunWithTheBatchsMembers() {
        Told told = Told.of(
                "batch.jsonl",
                "{'id': 'b1', 'custom_id': 'q-7', 'response': {'status_code': 500, 'body': {'object': 'response',"
                        + " 'status': 'failed', 'error': {'message': 'overloaded'}, 'output': []}}}");

        assertThat(told.lines()).containsExactly("run record-1", "end record-1 failed because overloaded");
        assertThat(told.kept()).contains("q-7", "500");
    }

    @Test
    void anItemOfAnUnknownTypeIsKeptWithAWarning() {
        Told told = Told.of(
                "a.jsonl",
                "{'type': 'message', 'role': 'user', 'content': 'x'}",
                "{'type': 'dream', 'about': 'sheep'}",
                "7");

        assertThat(told.lines()).contains("warned of type", "other: (other)");
        assertThat(told.kept()).contains("sheep");
    }

    @Test
    void aShellFailsByTheFirstOfItsCommandsThatDoes() {
        String call = "{'type': 'shell_call', 'call_id': 'c', 'action': {'commands': ['a', 'b']}}";
        String answer = "{'type': 'shell_call_output', 'call_id': 'c', 'output': [{'stdout': '', 'outcome': %s}]}";
        assertThat(Told.of("a.jsonl", call, answer.formatted("{'type': 'exit', 'exit_code': 2}"))
                        .kept())
                .contains("FAILED", "exit_code");
        assertThat(Told.of("a.jsonl", call, answer.formatted("{'type': 'timeout'}"))
                        .kept())
                .contains("FAILED");
        assertThat(Told.of("a.jsonl", call, answer.formatted("{'type': 'exit', 'exit_code': 0}"))
                        .kept())
                .contains("SUCCESS");
    }

    @Test
    void batchFilesAndListsOfTheServiceHoldItems() {
        assertThat(Told.of(
                                "in.jsonl",
                                "{'custom_id': 'q', 'url': '/v1/responses', 'body': {'model': 'm', 'input': 'hello'}}")
                        .lines())
                .contains("user: hello");
        Told out = Told.of(
                "out.jsonl",
                "{'custom_id': 'q1', 'response': {'status_code': 500, 'body': {'error': {'message': 'boom'}}}}",
                "{'custom_id': 'q2', 'response': {'body': {'object': 'response', 'output': [{'type': 'message', 'role':"
                        + " 'assistant', 'content': 'x'}]}}}");
        assertThat(out.form()).isEqualTo("openai-responses");
        assertThat(out.lines()).contains("end record-1 failed because boom", "assistant: x");
        assertThat(Told.of(
                                "items.json",
                                "{'object': 'list', 'data': [{'id': 'a', 'type': 'message', 'role': 'user', 'content':"
                                        + " 'x'}], 'has_more': false}")
                        .lines())
                .contains("user a: x");
    }

    @Test
    void toolsThatFindAndRunOtherToolsAreAnswered() {
        Told told = Told.of(
                "items.json",
                "[{'type': 'tool_search_call', 'id': 's1', 'call_id': 'c1', 'arguments': {'goal': 'g'}},",
                "{'type': 'tool_search_output', 'id': 'o1', 'call_id': 'c1', 'tools': [{'name': 'f'}]},",
                "{'type': 'tool_search_call', 'id': 's2', 'call_id': null, 'arguments': {}},",
                "{'type': 'tool_search_output', 'id': 'o2', 'call_id': null, 'tools': []},",
                "{'type': 'program', 'id': 'p1', 'call_id': 'c2', 'code': 'text(1)'},",
                "{'type': 'program_output', 'id': 'p2', 'call_id': 'c2', 'result': '{}', 'status': 'completed'},",
                "{'type': 'x_search_call', 'id': 'x1', 'call_id': '', 'name': 'x_semantic_search', 'arguments': '{}',"
                        + " 'status': 'completed'},",
                "{'type': 'hologram_call', 'id': 'h1', 'call_id': 'c3', 'input': 'i'},",
                "{'type': 'hologram_call_output', 'call_id': 'c3', 'output': 'o'},",
                "{'type': 'mcp_list_tools', 'id': 'l1'}, {'type': 'additional_tools', 'id': 't1'}]");

        assertThat(told.lines())
                .containsExactly(
                        "run items-1",
                        "assistant s1: tool_search#c1 {'goal':'g'}",
                        "tool o1: ->#c1 tool_search [{'name':'f'}] unknown",
                        "assistant s2: tool_search#s2 {}",
                        "tool o2: ->#null tool_search [] unknown",
                        "assistant p1: program#c2 'text(1)'",
                        "tool p2: ->#c2 {} unknown",
                        "assistant x1: x_semantic_search#x1 {}, ->#x1 x_semantic_search nothing success by status",
                        "assistant h1: hologram#c3 'i'",
                        "tool: ->#c3 'o' unknown",
                        "other l1: (other)",
                        "other t1: (other)",
                        "end items-1");
    }
}
