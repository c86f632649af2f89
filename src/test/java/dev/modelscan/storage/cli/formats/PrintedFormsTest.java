package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What command lines of agents print, lists of responses, and voice runs. */
class PrintedFormsTest {

    private static final String INIT =
            "{'type': 'system', 'subtype': 'init', 'cwd': '/w', 'session_id': 's', 'tools': ['Task'], 'model': 'm-1'}";

    private static String claude(String type, String content, String caller) {
        return "{'type': '" + type + "', 'message': {'id': 'm', 'role': '" + type + "', 'model': 'm-1', 'content': "
                + content
                + ", 'usage': {'input_tokens': 1, 'output_tokens': 1}}, 'parent_tool_use_id': " + caller
                + ", 'session_id': 's', 'uuid': 'u" + Math.abs(content.hashCode() % 1000) + "'}";
    }

    @Test
    void aStreamOfClaudeIsASessionWithItsSubAgentsAndItsResult() {
        Told told = Told.of(
                "out.jsonl",
                INIT,
                "{'type': 'stream_event', 'event': {'type': 'message_start'}, 'session_id': 's'}",
                claude(
                        "assistant",
                        "[{'type': 'tool_use', 'id': 't', 'name': 'Task', 'input': {'prompt': 'look'}}]",
                        "null"),
                claude("assistant", "[{'type': 'text', 'text': 'I look'}]", "'t'"),
                claude("user", "[{'type': 'tool_result', 'tool_use_id': 't', 'content': 'seen'}]", "null"),
                claude("assistant", "[{'type': 'text', 'text': 'done'}]", "null"),
                "{'type': 'result', 'subtype': 'error_max_turns', 'is_error': true, 'session_id': 's', 'uuid': 'r',"
                        + " 'total_cost_usd': 0.5, 'usage': {'input_tokens': 1}, 'modelUsage': {'m-1': {'inputTokens': 7,"
                        + " 'outputTokens': 8, 'cacheReadInputTokens': 9, 'costUSD': 0.25}}}");

        assertThat(told.form()).isEqualTo("claude-print");
        assertThat(told.lines().stream()
                        .map(line -> line.replaceFirst("^(assistant|user|tool) u\\d+", "$1")
                                .replaceFirst(" of u\\d+", ""))
                        .toList())
                .containsExactly(
                        "run s = s by claude-code",
                        "assistant: Task#t {'prompt':'look'}",
                        "run s/t = s/t below s by sub-agent",
                        "assistant: I look",
                        "tool: ->#t 'seen' unknown",
                        "assistant: done",
                        "model m-1 7+8 read 9 cost 0.25",
                        "end s/t",
                        "end s failed because error_max_turns");
        assertThat(told.parts(Part.Answer.class).get(0).childRun()).isEqualTo("s/t");
        assertThat(told.kept()).contains("\"tools\":[\"Task\"]", "\"stream_events\":1", "\"total_cost_usd\":0.5");
    }

    @Test
    void theLastTotalOfClaudeIsTheTotal() {
        String result = "{'type': 'result', 'subtype': 'success', 'is_error': false, 'session_id': 's', 'uuid': '%s',"
                + " 'total_cost_usd': %s, 'usage': {'input_tokens': 1}, 'modelUsage': {%s}}";
        String model = "'%s': {'inputTokens': %d, 'outputTokens': %d, 'costUSD': %s}";
        Told told = Told.of(
                "out.jsonl",
                claude("assistant", "[{'type': 'text', 'text': 'one'}]", "null"),
                result.formatted("r1", "0.1", model.formatted("m", 100, 20, "0.1")),
                claude("assistant", "[{'type': 'text', 'text': 'two'}]", "null"),
                result.formatted(
                        "r2", "0.3", model.formatted("m", 250, 45, "0.2") + "," + model.formatted("n", 5, 1, "0.1")),
                // Another process.
                claude("assistant", "[{'type': 'text', 'text': 'three'}]", "null"),
                result.formatted("r3", "0.05", model.formatted("m", 30, 4, "0.05")));

        assertThat(told.lines())
                .map(line -> line.replaceFirst(" of u\\d+", ""))
                .filteredOn(line -> line.startsWith("model"))
                .containsExactly("model m 250+45 cost 0.2", "model n 5+1 cost 0.1", "model m 30+4 cost 0.05");
        assertThat(told.all(Event.ModelCalled.class))
                .extracting(Event.ModelCalled::externalId)
                .containsExactly("s/r1/m", "s/r2/n", "s/r3/m");
        assertThat(told.kept()).contains("\"uuid\":\"r1\"", "\"uuid\":\"r2\"", "\"uuid\":\"r3\"");
    }

    @Test
    void aResumedSessionOfClaudeThatCountsMoreThanBeforeIsAnotherProcess() {
        String message = "{'type': 'assistant', 'session_id': 's', 'uuid': '%s', 'message': {'id': '%s', 'model': 'm',"
                + " 'role': 'assistant', 'content': [{'type': 'text', 'text': 'x'}], 'usage': {'input_tokens': %d,"
                + " 'output_tokens': 1, 'cache_read_input_tokens': %d}}}";
        String result = "{'type': 'result', 'subtype': 'success', 'is_error': false, 'session_id': 's', 'uuid': '%s',"
                + " 'modelUsage': {'m': {'inputTokens': %d, 'outputTokens': %d, 'cacheReadInputTokens': %d}}}";
        Told told = Told.of(
                "out.jsonl",
                message.formatted("u1", "msg_1", 60, 40),
                result.formatted("r1", 60, 10, 40),
                INIT,
                // The second block of one message of the model repeats its usage.
                message.formatted("u2", "msg_2", 100, 150),
                message.formatted("u3", "msg_2", 100, 150),
                result.formatted("r2", 100, 20, 150),
                // The same process goes on.
                message.formatted("u4", "msg_3", 20, 200),
                result.formatted("r3", 120, 30, 350));

        assertThat(told.lines())
                .filteredOn(line -> line.startsWith("model"))
                .containsExactly("model m of u1 60+10 read 40", "model m of u4 120+30 read 350");
        assertThat(told.all(Event.Warned.class)).isEmpty();
    }

    @Test
    void theTokensAndTheCostOfClaudeWithoutModelsAreTotals() {
        String result = "{'type': 'result', 'subtype': 'success', 'is_error': false, 'session_id': 's',"
                + " 'total_cost_usd': %s, 'usage': {'input_tokens': %d, 'output_tokens': %d}}";
        Told told = Told.of("out.jsonl", result.formatted("0.1", 10, 5), result.formatted("0.3", 25, 12));

        assertThat(told.lines())
                .filteredOn(line -> line.startsWith("model"))
                .containsExactly("model null 25+12 cost 0.3");
        assertThat(told.all(Event.Warned.class))
                .singleElement()
                .extracting(Event.Warned::text)
                .asString()
                .contains("no message tells whether another began");
    }

    @Test
    void aResultOfClaudeAloneIsItsAnswer() {
        Told told = Told.of(
                "out.json",
                "{'type': 'result', 'subtype': 'success', 'is_error': false, 'num_turns': 1, 'result': 'Paris',",
                " 'session_id': 's', 'total_cost_usd': 0.008, 'usage': {'input_tokens': 3, 'output_tokens': 6}}");

        assertThat(told.form()).isEqualTo("claude-print");
        assertThat(told.lines())
                .containsExactly("run s = s by claude-code", "assistant: Paris", "model null 3+6 cost 0.008", "end s");
    }

    @Test
    void eventsOfCodexExecAreAThread() {
        Told told = Told.of(
                "out.jsonl",
                "{'type': 'thread.started', 'thread_id': 'th'}",
                "{'type': 'turn.started'}",
                "{'type': 'item.completed', 'item': {'id': 'i0', 'type': 'reasoning', 'text': 'hm'}}",
                "{'type': 'item.started', 'item': {'id': 'i1', 'type': 'command_execution', 'command': 'ls',"
                        + " 'aggregated_output': '', 'exit_code': null, 'status': 'in_progress'}}",
                "{'type': 'item.completed', 'item': {'id': 'i1', 'type': 'command_execution', 'command': 'ls',"
                        + " 'aggregated_output': 'no', 'exit_code': 2, 'status': 'failed'}}",
                "{'type': 'item.completed', 'item': {'id': 'i2', 'type': 'mcp_tool_call', 'server': 'v', 'tool': 'find',"
                        + " 'arguments': {'q': 1}, 'result': {'content': []}, 'error': null, 'status': 'completed'}}",
                "{'type': 'item.started', 'item': {'id': 'i3', 'type': 'web_search', 'query': 'x'}}",
                "{'type': 'item.completed', 'item': {'id': 'i4', 'type': 'agent_message', 'text': 'bye'}}",
                "{'type': 'turn.completed', 'usage': {'input_tokens': 9, 'cached_input_tokens': 2, 'output_tokens': 3}}",
                "{'type': 'turn.started'}",
                "{'type': 'turn.failed', 'error': {'message': 'no more'}}");

        assertThat(told.form()).isEqualTo("codex-exec");
        assertThat(told.lines())
                .containsExactly(
                        "run thread 1 = th by codex",
                        "assistant: (thought)",
                        "assistant: command_execution#i1 {'command':'ls'}, ->#i1 command_execution 'no' failed by exit_code",
                        "assistant: find#i2 {'q':1}, ->#i2 find {'content':[]} success by status",
                        "assistant: bye",
                        "model null 9+3 read 2",
                        "assistant: web_search#i3 {'query':'x'}",
                        "end thread 1 failed because no more");
    }

    @Test
    void theCountsOfCodexExecAreTotalsOfTheThread() {
        String turn = "{'type': 'turn.completed', 'usage': {'input_tokens': %d, 'output_tokens': %d}}";
        Told told = Told.of(
                "out.jsonl",
                "{'type': 'thread.started', 'thread_id': 'th'}",
                "{'type': 'turn.started'}",
                turn.formatted(10, 5),
                "{'type': 'turn.started'}",
                turn.formatted(30, 15),
                "{'type': 'thread.started', 'thread_id': 'th'}",
                turn.formatted(33, 16));

        assertThat(told.lines())
                .filteredOn(line -> line.startsWith("model"))
                .containsExactly("model null 10+5", "model null 20+10", "model null 3+1");
    }

    @Test
    void listsOfResponsesAndOfRequestsHoldRecords() {
        String answer =
                "{'id': 'x', 'object': 'chat.completion', 'choices': [{'index': 0, 'message': {'role': 'assistant',"
                        + " 'content': 'yes'}}]}";
        Told array = Told.of("a.json", "[" + answer + ", " + answer + "]");
        Told page = Told.of("b.json", "{'object': 'list', 'data': [" + answer + "], 'has_more': false}");
        Told batch = Told.of(
                "c.json",
                "{'requests': [{'custom_id': 'q', 'params': {'model': 'm', 'system': 's', 'messages': [{'role': 'user',"
                        + " 'content': 'hi'}]}}]}");

        assertThat(array.form()).isEqualTo("openai");
        assertThat(array.lines())
                .filteredOn(line -> line.equals("assistant: yes"))
                .hasSize(2);
        assertThat(page.form()).isEqualTo("openai");
        assertThat(page.lines()).containsExactly("described", "run record 1/0 = x", "assistant: yes", "end record 1/0");
        assertThat(batch.form()).isEqualTo("anthropic");
        assertThat(batch.lines())
                .containsExactly("described", "run record 1/0 = q", "system: s", "user: hi", "end record 1/0");
    }

    @Test
    void whatOneSideOfAVoiceRunSaysWithoutAPauseIsAMessage() {
        Told told = Told.of(
                "results.json",
                "{'info': {'agent_info': {'llm': 'm'}}, 'tasks': [], 'simulations': [{'id': 's', 'task_id': '1', 'messages': [],"
                        + " 'reward_info': {'reward': 1}, 'ticks': [",
                "{'tick_id': 0, 'timestamp': '2026-01-02T03:04:05', 'user_chunk': {'role': 'user', 'content': 'He',"
                        + " 'is_audio': true, 'utterance_ids': ['u1'], 'cost': null}, 'agent_chunk': null},",
                "{'tick_id': 1, 'user_chunk': {'role': 'user', 'content': 'llo', 'utterance_ids': ['u1']}, 'agent_chunk':"
                        + " {'role': 'assistant', 'content': 'Hi', 'cost': 0.5}},",
                "{'tick_id': 2, 'user_chunk': {'role': 'user', 'content': '', 'contains_speech': false}, 'agent_chunk':"
                        + " {'role': 'assistant', 'content': ' you', 'cost': 0.25}, 'agent_tool_calls': [{'id': 'c', 'name':"
                        + " 'find', 'arguments': {}}], 'agent_tool_results': [{'id': 'c', 'role': 'tool', 'content': 'x',"
                        + " 'error': false}]}]}]}");

        assertThat(told.form()).isEqualTo("tau2");
        assertThat(told.lines())
                .containsExactly(
                        "described",
                        "run simulation 1/0 = s",
                        "assistant: Hi you",
                        "model m null+null cost 0.75",
                        "assistant: find#c {}",
                        "tool: ->#c 'x' success by error",
                        "user: Hello",
                        "score reward 1",
                        "end simulation 1/0 completed");
    }

    /** All of their digits are 100 MB. */
    @Test
    @Timeout(20)
    void costsWhoseExponentsAreFarApartAreAdded() {
        Told told = Told.of(
                "results.json",
                "{'info': {'agent_info': {'llm': 'm'}}, 'tasks': [], 'simulations': [{'id': 's', 'messages': [], 'ticks': [",
                "{'tick_id': 0, 'agent_chunk': {'role': 'assistant', 'content': 'Hi', 'cost': 0.5}},",
                "{'tick_id': 1, 'agent_chunk': {'role': 'assistant', 'content': ' you', 'cost': 1e-100000000}}]}]}");

        assertThat(told.all(Event.ModelCalled.class)).singleElement().satisfies(call -> assertThat(call.cost())
                .isEqualByComparingTo("0.5"));
    }

    @Test
    void aMessageOfDroidMayHaveAnyRole() {
        Told told = Told.of(
                "a.jsonl",
                "{'type': 'message', 'role': 'user', 'text': 'a', 'session_id': 's'}",
                "{'type': 'message', 'role': 'developer', 'text': 'b', 'session_id': 's'}",
                "{'type': 'message', 'text': 'c', 'session_id': 's'}");

        assertThat(told.form()).isEqualTo("droid-exec");
        assertThat(told.lines()).contains("user: a", "other: b", "other: c");
        assertThat(told.kept()).contains("developer");
    }

    @Test
    void droidPrintsMessagesCallsAndAnswers() {
        String line = "{'type': '%s', 'session_id': 's', 'timestamp': '2026-01-02T03:04:0%sZ', %s}";
        Told told = Told.of(
                "out.jsonl",
                line.formatted("system", 0, "'subtype': 'init', 'model': 'm'"),
                line.formatted("message", 1, "'role': 'user', 'text': 'go', 'id': 'm1'"),
                line.formatted("tool_call", 2, "'id': 'c1', 'toolName': 'Execute', 'parameters': {'command': 'ls'}"),
                line.formatted("tool_result", 3, "'id': 'c1', 'toolId': 'Execute', 'isError': true, 'value': 'no'"),
                line.formatted("tool_call", 4, "'toolCallId': 'c2', 'toolName': 'Shell', 'parameters': {}"),
                line.formatted("tool_result", 5, "'toolCallId': 'c2', 'value': {'stdout': '', 'exitCode': 0}"),
                line.formatted("message", 6, "'role': 'assistant', 'text': 'Done', 'id': 'm2'"),
                line.formatted(
                        "completion", 7, "'finalText': 'Done', 'usage': {'input_tokens': 10, 'output_tokens': 5}"),
                line.formatted("completion", 8, "'finalText': 'More'"),
                line.formatted("dream", 8, "'of': 'sheep'"),
                "{'type': 'error', 'message': 'no key'}");

        assertThat(told.form()).isEqualTo("droid-exec");
        assertThat(told.lines())
                .containsExactly(
                        "run s = s by droid",
                        "user m1: go",
                        "assistant: Execute#c1 {'command':'ls'}",
                        "tool: ->#c1 Execute 'no' failed by isError",
                        "assistant: Shell#c2 {}",
                        "tool: ->#c2 {'stdout':'','exitCode':0} success by exitCode",
                        "assistant m2: Done",
                        "model m 10+5",
                        "assistant: More",
                        "warned of type",
                        "end s failed because no key");
        assertThat(told.kept()).contains("init", "sheep");
    }
}
