package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The forms whose records are lists of chat messages. */
class ChatFormsTest {

    @Test
    void openAiHasAllRolesCallsAndParts() {
        Told told = Told.of(
                "a.json",
                "{'id': 'c-1', 'model': 'm', 'created_at': '2026-01-02T03:04:05Z', 'messages': [",
                " {'role': 'developer', 'content': 'd'}, {'role': 'user', 'name': 'Ann', 'content': [",
                "  {'type': 'text', 'text': 'see'}, {'type': 'input_audio', 'input_audio': {'data': 'x', 'format':"
                        + " 'wav'}}]},",
                " {'role': 'assistant', 'reasoning_content': 'hm', 'content': null, 'refusal': 'no', 'tool_calls': [",
                "  {'id': '1', 'type': 'function', 'function': {'name': 'f', 'arguments': 'not json'}},",
                "  {'id': '2', 'type': 'function', 'function': {'arguments': '{}'}}]},",
                " {'role': 'tool', 'tool_call_id': '1', 'content': 'r', 'status': 'error'}, 7],",
                " 'usage': {'prompt_tokens': 9, 'completion_tokens': 3, 'prompt_tokens_details': {'cached_tokens':"
                        + " 4}}}");

        assertThat(told.form()).isEqualTo("openai");
        assertThat(told.lines())
                .containsExactly(
                        "run record 1 = c-1",
                        "developer: d",
                        "user by Ann: see, (audio audio/wav)",
                        "warned of messages[2].tool_calls[1]",
                        "assistant: (thought), (refused) no, f#1 'not json', null#2 {}",
                        "tool: ->#1 'r' failed by status",
                        "warned of messages[4]",
                        "other: (other)",
                        "model m 9+3 read 4",
                        "end record 1");
        assertThat(told.kept()).contains("\"content\":null", "\"created_at\"");
    }

    @Test
    void batchFilesRequestsAndResponsesHoldMessages() {
        Told input = Told.of(
                "in.jsonl",
                "{'custom_id': 'q1', 'method': 'POST', 'url': '/v1/chat/completions', 'body': {'model': 'm',"
                        + " 'messages': [{'role': 'user', 'content': 'a'}]}}");
        assertThat(input.lines()).containsExactly("run record 1 = q1", "user: a", "end record 1");
        assertThat(input.kept()).contains("/v1/chat/completions", "\"model\":\"m\"");
        Told output = Told.of(
                "out.jsonl",
                "{'id': 'b', 'custom_id': 'q1', 'response': {'status_code': 200, 'body': {'id': 'x', 'model': 'm',"
                        + " 'choices': [",
                " {'index': 0, 'message': {'role': 'assistant', 'content': 'b'}, 'finish_reason': 'stop'}], 'usage':"
                        + " {'prompt_tokens': 1, 'completion_tokens': 2}}}}");
        assertThat(output.lines()).containsExactly("run record 1 = b", "assistant: b", "model m 1+2", "end record 1");
        Told log = Told.of(
                "log.json",
                "{'request': {'messages': [{'role': 'user', 'content': 'a'}]}, 'response': {'choices': [{'message':"
                        + " {'role': 'assistant', 'content': 'b'}}]}}");
        assertThat(log.lines()).containsExactly("run record 1", "user: a", "assistant: b", "end record 1");
    }

    @Test
    void cohereAndOllamaAnswerWithOneMessage() {
        Told cohere = Told.of(
                "c.json",
                "{'id': 'c1', 'finish_reason': 'TOOL_CALL', 'message': {'role': 'assistant', 'tool_plan': 'ask', 'tool_calls':",
                " [{'id': '1', 'type': 'function', 'function': {'name': 'f', 'arguments': '{}'}}]}, 'usage': {'billed_units':",
                " {'input_tokens': 9, 'output_tokens': 1}, 'tokens': {'input_tokens': 30, 'output_tokens': 2}}}");
        assertThat(cohere.lines())
                .containsExactly("run record 1 = c1", "assistant: f#1 {}", "model null 30+2", "end record 1");
        assertThat(cohere.kept()).contains("billed_units", "\"tool_plan\":\"ask\"", "\"message_in\":\"message\"");
        Told ollama = Told.of(
                "o.jsonl",
                "{'request': {'model': 'm', 'messages': [{'role': 'user', 'content': 'a'}]}, 'response': {'model': 'm',"
                        + " 'message': {'role': 'assistant', 'content': 'b'}, 'done': true, 'prompt_eval_count': 3,"
                        + " 'eval_count': 4}}");
        assertThat(ollama.lines())
                .containsExactly("run record 1", "user: a", "assistant: b", "model m 3+4", "end record 1");
    }

    @Test
    void theChunksOfOllamasStreamAreOneMessage() {
        String chunk = "{'model': 'm', 'message': {'role': 'assistant', 'content': '%s'}, 'done': %s}";
        String last =
                "{'model': 'm', 'message': {'role': 'assistant', 'content': '', 'tool_calls': [{'function': {'name':"
                        + " 'f', 'arguments': {}}}]}, 'done': true, 'prompt_eval_count': 3, 'eval_count': 4}";
        Told told = Told.of(
                "o.jsonl",
                "{'message': {'role': 'assistant', 'content': '', 'thinking': 'hm'}, 'done': false}",
                chunk.formatted("It", "false"),
                chunk.formatted(" is", "false"),
                last,
                chunk.formatted("Whole.", "true"),
                chunk.formatted("Cut", "false"));

        assertThat(told.lines())
                .containsExactly(
                        "run record 1",
                        "assistant: (thought), It is, f#null {}",
                        "model m 3+4",
                        "end record 1",
                        "run record 5",
                        "assistant: Whole.",
                        "end record 5",
                        "run record 6",
                        "assistant: Cut",
                        "end record 6");
    }

    @Test
    void messagesOnTheirOwnAreOneRun() {
        String user = "{'role': 'user', 'content': 'x'}";
        assertThat(Told.of("a.jsonl", user, user).lines())
                .containsExactly("run messages 0", "user: x", "user: x", "end messages 0");
        assertThat(Told.of("a.json", "[" + user + ", " + user + "]").lines())
                .containsExactly("run messages 1", "user: x", "user: x", "end messages 1");
        assertThat(Told.of("b.jsonl", "[" + user + "]", "[" + user + "]").lines())
                .containsExactly("run record 1", "user: x", "end record 1", "run record 2", "user: x", "end record 2");
    }

    @Test
    void anthropicPutsAnswersIntoMessagesOfTheTool() {
        Told told = Told.of(
                "a.json",
                "{'system': [{'type': 'text', 'text': 's', 'cache_control': {'type': 'ephemeral'}}], 'messages': [",
                " {'role': 'assistant', 'content': [{'type': 'thinking', 'thinking': 't', 'signature': 'g'},",
                "  {'type': 'tool_use', 'id': '1', 'name': 'f', 'input': {}}, {'type': 'tool_use', 'id': '2', 'name':"
                        + " 'g', 'input': {}}]},",
                " {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': '1', 'content': [{'type':"
                        + " 'text', 'text': 'r'}]},",
                "  {'type': 'tool_result', 'tool_use_id': '2', 'is_error': true}, {'type': 'text', 'text': 'go"
                        + " on'}]}]}");

        assertThat(told.form()).isEqualTo("anthropic");
        assertThat(told.lines())
                .containsExactly(
                        "run record 1",
                        "system: s",
                        "assistant: (thought), f#1 {}, g#2 {}",
                        "tool: ->#1 [{'type':'text','text':'r'}] unknown, ->#2 nothing failed by is_error",
                        "user: go on",
                        "end record 1");
        assertThat(told.kept()).contains("cache_control", "\"signature\":\"g\"", "continued", "message_in");
    }

    @Test
    void anAnthropicResponseIsAMessage() {
        Told told = Told.of(
                "r.json",
                "{'id': 'msg_1', 'type': 'message', 'role': 'assistant', 'model': 'm', 'content': [{'type': 'text',"
                        + " 'text': 'hi'}],",
                " 'stop_reason': 'end_turn', 'usage': {'input_tokens': 3, 'output_tokens': 1,"
                        + " 'cache_creation_input_tokens': 2}}");
        assertThat(told.lines())
                .containsExactly("run record 1 = msg_1", "assistant msg_1: hi", "model m 3+1 wrote 2", "end record 1");
    }

    @Test
    void tauBenchNamesItsRunsByTaskAndTrial() {
        Told told = Told.of(
                "t.json", "[{'task_id': 3, 'trial': 1, 'reward': 0.5, 'traj': [{'role': 'user', 'content': 'x'}]}]");
        assertThat(told.form()).isEqualTo("tau-bench");
        assertThat(told.lines())
                .containsExactly(
                        "run record 1 = 3/1",
                        "user: x",
                        "score reward 0.5",
                        "end record 1 failed because reward is 0.5");
        assertThat(told.kept()).contains("\"messages_in\":\"traj\"", "\"task_id\":3", "\"trial\":1");
    }

    @Test
    void tau2KeepsEachRunsTask() {
        Told told = Told.of(
                "t.json",
                "{'info': {'agent_info': {'llm': 'm'}}, 'tasks': [{'id': '7', 'goal': 'g'}], 'simulations': [",
                " {'id': 's', 'task_id': '7', 'reward_info': {'reward': 1.0}, 'messages': [",
                "  {'role': 'assistant', 'content': 'Hi', 'cost': 0.5, 'usage': {'prompt_tokens': 2,"
                        + " 'completion_tokens': 1}},",
                "  {'role': 'tool', 'tool_messages': [{'id': 'u', 'role': 'tool', 'content': 'ok', 'error':"
                        + " true}]}]}]}");
        assertThat(told.lines())
                .containsExactly(
                        "described",
                        "run simulation 1/0 = s",
                        "assistant: Hi",
                        "model m 2+1 cost 0.5",
                        "tool: ->#u 'ok' failed by error",
                        "score reward 1.0",
                        "end simulation 1/0 completed");
        assertThat(told.kept()).contains("\"goal\":\"g\"", "agent_info");
    }

    @Test
    void shareGptMixesTurns() {
        Told told = Told.of(
                "s.jsonl",
                "{'id': 1, 'system': 's', 'conversations': [{'from': 'human', 'value': 'q', 'weight': 0}, {'role':"
                        + " 'user', 'content': 'p'}, {'from': 'moon', 'value': 'm'}]}");
        assertThat(told.lines())
                .containsExactly(
                        "run record 1 = 1",
                        "system: s",
                        "user: q",
                        "user: p",
                        "warned of conversations[2].from",
                        "other: m",
                        "end record 1");
        assertThat(told.kept()).contains("\"weight\":0");
    }

    @Test
    void langChainWritesMessagesInThreeWays() {
        Told told = Told.of(
                "l.json",
                "{'messages': [{'type': 'human', 'data': {'content': 'a', 'id': 'h1'}},",
                " {'lc': 1, 'type': 'constructor', 'id': ['langchain', 'schema', 'messages', 'AIMessage'], 'kwargs':"
                        + " {'content': '', 'id': 'a1',",
                "  'additional_kwargs': {'tool_calls': [{'id': '1', 'type': 'function', 'function': {'name': 'f',"
                        + " 'arguments': '{}'}}]},",
                "  'response_metadata': {'model_name': 'm', 'token_usage': {'prompt_tokens': 1, 'completion_tokens':"
                        + " 2}}}},",
                " {'type': 'tool', 'content': 'r', 'tool_call_id': '1', 'status': 'success'}]}");
        assertThat(told.form()).isEqualTo("langchain");
        assertThat(told.lines())
                .containsExactly(
                        "run record 1",
                        "user h1: a",
                        "assistant a1: , f#1 {}",
                        "model m of a1 1+2",
                        "tool: ->#1 'r' success by status",
                        "end record 1");
    }

    @Test
    void langSmithTellsEachMessageOfATraceOnce() {
        String human =
                "{'lc': 1, 'type': 'constructor', 'id': ['x', 'HumanMessage'], 'kwargs': {'content': 'q', 'id': 'h'}}";
        String call = "{'lc': 1, 'type': 'constructor', 'id': ['x', 'AIMessage'], 'kwargs': {'content': '', 'id': 'a',"
                + " 'tool_calls': [{'name': 'f', 'args': {}, 'id': 'c'}]}}";
        String answer = "{'type': 'tool', 'content': 'r', 'tool_call_id': 'c', 'id': 't'}";
        String done = "{'type': 'ai', 'content': 'done', 'id': 'b'}";
        Told told = Told.of(
                "runs.jsonl",
                "{'id': 'root', 'trace_id': 'root', 'parent_run_id': null, 'run_type': 'chain', 'name': 'agent',"
                        + " 'inputs': {}, 'outputs': {}, 'error': null}",
                "{'id': 'l1', 'trace_id': 'root', 'parent_run_id': 'root', 'run_type': 'llm', 'inputs': {'messages': [["
                        + human
                        + "]]}, 'outputs': {'generations': [[{'message': " + call
                        + "}]]}, 'prompt_tokens': 5, 'completion_tokens': 1, 'extra': {'metadata': {'ls_model_name':"
                        + " 'm'}}}",
                "{'id': 't1', 'trace_id': 'root', 'parent_run_id': 'root', 'run_type': 'tool', 'name': 'f', 'inputs':"
                        + " {}, 'outputs': {'output': "
                        + answer + "}, 'error': 'late'}",
                "{'id': 'l2', 'trace_id': 'root', 'parent_run_id': 'root', 'run_type': 'llm', 'inputs': {'messages': [["
                        + human + "," + call + "," + answer + "]]}, 'outputs': {'generations': [[{'message': " + done
                        + "}]]}}");
        assertThat(told.form()).isEqualTo("langsmith");
        assertThat(told.lines())
                .containsExactly(
                        "run root = root named agent",
                        "user h: q",
                        "assistant a: , f#c {}",
                        "model m 5+1",
                        "tool t1: ->#c f 'r' failed by error",
                        "assistant b: done",
                        "model null null+null",
                        "end root");
    }

    /** OpenAI writes the requests that failed to a file of their own. */
    @Test
    void aBatchOfWhichAllRequestsFailedIsKnown() {
        Told openai = Told.of(
                "errors.jsonl",
                "{'id': 'b1', 'custom_id': 'q1', 'response': null, 'error': {'code': 'batch_expired', 'message': 'late'}}",
                "{'id': 'b2', 'custom_id': 'q2', 'response': {'status_code': 400, 'body': {'error': {'message': 'bad'}}}}");
        assertThat(openai.form()).isEqualTo("openai");
        assertThat(openai.lines()).contains("end record 1 failed because late", "end record 2 failed because bad");

        Told anthropic = Told.of(
                "results.jsonl",
                "{'custom_id': 'q1', 'result': {'type': 'errored', 'error': {'type': 'error', 'error': {'type':"
                        + " 'invalid_request_error', 'message': 'max_tokens'}}}}");
        assertThat(anthropic.form()).isEqualTo("anthropic");
        assertThat(anthropic.lines()).contains("end record 1 failed because max_tokens");
    }

    @Test
    void aRequestOfABatchThatFailedIsAFailedRun() {
        Told openai = Told.of(
                "out.jsonl",
                "{'id': 'b1', 'custom_id': 'q1', 'response': null, 'error': {'code': 'batch_expired', 'message': 'late'}}",
                "{'id': 'b2', 'custom_id': 'q2', 'response': {'status_code': 400, 'body': {'error': {'message': 'bad'}}}}",
                "{'id': 'b3', 'custom_id': 'q3', 'response': {'body': {'choices': [{'message': {'role': 'assistant',"
                        + " 'content': 'x'}}]}}}");
        assertThat(openai.lines())
                .containsExactly(
                        "run record 1 = b1",
                        "end record 1 failed because late",
                        "run record 2 = b2",
                        "end record 2 failed because bad",
                        "run record 3 = b3",
                        "assistant: x",
                        "end record 3");
        Told anthropic = Told.of(
                "out.jsonl",
                "{'custom_id': 'q1', 'result': {'type': 'succeeded', 'message': {'role': 'assistant', 'content': [{'type':"
                        + " 'text', 'text': 'x'}], 'stop_reason': 'end_turn'}}}",
                "{'custom_id': 'q2', 'result': {'type': 'errored', 'error': {'type': 'invalid_request'}}}",
                "{'custom_id': 'q3', 'result': {'type': 'expired'}}");
        assertThat(anthropic.lines())
                .contains(
                        "assistant: x",
                        "end record 2 failed because invalid_request",
                        "end record 3 failed because expired");
    }

    @Test
    void aBatchOfLangSmithSaysTheEndOfARunLater() {
        String of = "'trace_id': 'r', 'dotted_order': '20260102T030405000000Zr";
        Told told = Told.of(
                "batch.json",
                "[{'post': [{'id': 'r', 'name': 'agent', 'run_type': 'chain', 'inputs': {}, " + of + "'},",
                " {'id': 'm', 'run_type': 'llm', 'parent_run_id': 'r', 'inputs': {'messages': [{'role': 'user', 'content':",
                "  'q'}]}, " + of + ".20260102T030406000000Zm'}]},",
                " {'patch': [{'end_time': '2026-01-02T03:04:07Z', 'outputs': {'choices': [{'message': {'role': 'assistant',",
                "  'content': 'a'}}], 'usage_metadata': {'input_tokens': 3, 'output_tokens': 1}}, 'inputs': null,",
                "  " + of + ".20260102T030406000000Zm'}, {'error': 'late', " + of + "'}]}]");
        assertThat(told.form()).isEqualTo("langsmith");
        assertThat(told.lines())
                .containsExactly(
                        "run r = r named agent",
                        "user: q",
                        "assistant: a",
                        "model null 3+1",
                        "end r failed because late");
    }

    @Test
    void aModelOfLangSmithMayTakeAndGiveText() {
        Told told = Told.of(
                "runs.jsonl",
                "{'id': 'a', 'trace_id': 'a', 'run_type': 'llm', 'name': 'm', 'inputs': {'prompts': ['go'], 'k': 1},"
                        + " 'outputs': {'generations': [[{'text': 'done'}]]}}",
                "{'id': 'b', 'trace_id': 'b', 'run_type': 'llm', 'name': 'm', 'inputs': {'messages': [{'role': 'user',"
                        + " 'content': 'q'}]}, 'outputs': {'message': {'role': 'assistant', 'content': 'yes'}}}",
                "{'id': 'c', 'trace_id': 'c', 'run_type': 'llm', 'name': 'm', 'inputs': {'text': 'odd'}, 'outputs': {'t':"
                        + " 'other'}}");
        assertThat(told.lines()).contains("user: go", "assistant: done", "user: q", "assistant: yes");
        assertThat(told.kept()).contains("\"k\":1", "odd", "other");
    }

    @Test
    void whatPythonWritesForNumbersIsText() {
        Told told = Told.of(
                "a.jsonl",
                "{'messages': [{'role': 'user', 'content': 'x', 'logprob': -Infinity}], 'reward': NaN}",
                "{'messages': [{'role': 'user', 'content': 'y'}], 'reward': 1}");

        assertThat(told.lines())
                .containsExactly(
                        "warned of messages.0.logprob",
                        "warned of reward",
                        "run record 1",
                        "user: x",
                        "end record 1",
                        "run record 2",
                        "user: y",
                        "score reward 1",
                        "end record 2 completed");
        assertThat(told.kept()).contains("\"logprob\":\"-Infinity\"", "\"reward\":\"NaN\"");
    }

    @Test
    void linesMayBeListsOfRecords() {
        String list =
                "[{'conversations': [{'from': 'human', 'value': 'a'}]}, {'conversations': [{'from': 'gpt', 'value':"
                        + " 'b'}]}]";
        String[] expected = {
            "run record 1", "user: a", "end record 1",
            "run record 2", "assistant: b", "end record 2",
            "run record 3", "user: a", "end record 3",
            "run record 4", "assistant: b", "end record 4"
        };

        assertThat(Told.of("two.jsonl", list, list).lines()).containsExactly(expected);
        assertThat(Told.of("two.json", "\u001E" + list, "\u001E" + list).lines())
                .containsExactly(expected);
    }

    @Test
    void whatTheServiceRanItselfIsAnsweredInTheSameMessage() {
        Told told = Told.of(
                "a.json",
                "{'id': 'm', 'type': 'message', 'role': 'assistant', 'stop_reason': 'end_turn', 'content': [",
                "{'type': 'server_tool_use', 'id': '1', 'name': 'bash_code_execution', 'input': {}},",
                "{'type': 'bash_code_execution_tool_result', 'tool_use_id': '1', 'content': {'return_code': 2}},",
                "{'type': 'server_tool_use', 'id': '2', 'name': 'web_fetch', 'input': {}},",
                "{'type': 'web_fetch_tool_result', 'tool_use_id': '2', 'content': {'type':"
                        + " 'web_fetch_tool_result_error'}},",
                "{'type': 'server_tool_use', 'id': '3', 'name': 'bash_code_execution', 'input': {}},",
                "{'type': 'bash_code_execution_tool_result', 'tool_use_id': '3', 'content': {'return_code': 0}},",
                "{'type': 'new_tool_result', 'tool_use_id': '4', 'content': 'r'}, {'type': 'new_tool_result'}]}");

        assertThat(told.form()).isEqualTo("anthropic");
        assertThat(told.lines().get(1))
                .isEqualTo("assistant m: bash_code_execution#1 {}, ->#1 {'return_code':2} failed by output.return_code,"
                        + " web_fetch#2 {}, ->#2 {'type':'web_fetch_tool_result_error'} failed by output.type,"
                        + " bash_code_execution#3 {}, ->#3 {'return_code':0} success by output.return_code,"
                        + " ->#4 'r' unknown, (other)");
    }

    @Test
    void llamaFactorysPartsHaveValuesAndAssistantsTextsHaveThemInside() {
        Told told = Told.of(
                "a.json",
                "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'value': 'a'}]},",
                "{'role': 'assistant', 'content': [{'type': 'reasoning', 'value': 'hm'}, {'type': 'tool_call',"
                        + " 'value': '{\\'name\\': \\'f\\', \\'arguments\\': {\\'x\\': 1}}'}]},",
                "{'role': 'assistant', 'content': [{'type': 'text', 'text': {'value': 'b', 'annotations': []}}]}]}");

        assertThat(told.lines())
                .containsExactly(
                        "run record 1",
                        "user: a",
                        "assistant: (thought), f#null {'x':1}",
                        "assistant: b",
                        "end record 1");
    }

    @Test
    void langChainsMessagesHoldWhatTheServiceRanItself() {
        Told told = Told.of(
                "a.json",
                "[{'type': 'human', 'content': 'go'}, {'type': 'ai', 'content': [",
                "{'type': 'server_tool_use', 'id': '1', 'name': 'web_search', 'input': {}},",
                "{'type': 'web_search_tool_result', 'tool_use_id': '1', 'content': []},",
                "{'type': 'server_tool_call', 'id': '2', 'name': 'run', 'args': {'x': 1}},",
                "{'type': 'server_tool_result', 'tool_call_id': '2', 'status': 'error', 'output': 'no'},",
                "{'type': 'tool_use', 'id': '3', 'name': 'f', 'input': {}}],",
                "'tool_calls': [{'id': '3', 'name': 'f', 'args': {}}]}]");

        assertThat(told.form()).isEqualTo("langchain");
        assertThat(told.lines().get(2))
                .isEqualTo("assistant: web_search#1 {}, ->#1 [] unknown, run#2 {'x':1}, ->#2 'no' failed by status,"
                        + " (other), f#3 {}");
    }

    @Test
    void clinesMessagesSayWhenTheyWereWrittenAndWhatTheModelCost() {
        Told told = Told.of(
                "s.messages.json",
                "{'version': 1, 'agent': 'lead', 'sessionId': 's1', 'messages': [",
                "{'id': 'm1', 'role': 'user', 'content': [{'type': 'text', 'text': 'go'}], 'ts': 1767323045000},",
                "{'id': 'm2', 'role': 'assistant', 'content': [{'type': 'tool_use', 'id': 'c', 'name': 'f', 'input':"
                        + " {}}], 'ts': 1767323046000, 'modelInfo': {'id': 'cl-1', 'provider': 'anthropic'},",
                " 'metrics': {'inputTokens': 21, 'outputTokens': 8, 'cacheReadTokens': 3, 'cacheWriteTokens': 1, 'cost':"
                        + " 0.5}},",
                "{'role': 'assistant', 'content': 'done', 'modelInfo': {'modelId': 'cl-2', 'providerId': 'p'},",
                " 'metrics': {'tokens': {'prompt': 5, 'completion': 2, 'cached': 1}}}]}");

        assertThat(told.form()).isEqualTo("anthropic");
        assertThat(told.lines())
                .containsExactly(
                        "run record 1 = s1 by lead",
                        "user m1: go",
                        "assistant m2: f#c {}",
                        "model cl-1 21+8 read 3 wrote 1 cost 0.5",
                        "assistant: done",
                        "model cl-2 5+2 read 1",
                        "end record 1");
        assertThat(told.all(Event.MessageRead.class).get(0).createdAt())
                .isEqualTo(java.time.Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(told.all(Event.ModelCalled.class))
                .extracting(Event.ModelCalled::provider)
                .containsExactly("anthropic", "p");
    }

    @Test
    void aTaskOfTau2IsThatOfEachTrial() {
        Told told = Told.of(
                "t.json",
                "{'tasks': [{'id': '7', 'goal': 'g'}], 'simulations': [",
                " {'id': 's', 'task_id': '7', 'messages': [{'role': 'user', 'content': 'a'}]},",
                " {'id': 't', 'task_id': '7', 'messages': [{'role': 'user', 'content': 'b'}]}]}");

        assertThat(told.all(Event.RunStarted.class))
                .hasSize(2)
                .allSatisfy(run -> assertThat(run.metadata().toString()).contains("\"goal\":\"g\""));
    }

    @Test
    void aMessageWithAnswersKeepsItsCalls() {
        Told told = Told.of(
                "a.json",
                "{'messages': [{'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': 'c', 'content': 'x'}],",
                " 'tool_calls': [{'id': 'd'}], 'function_call': {'name': 'f'}}]}");

        assertThat(told.kept()).contains("\"tool_calls\":[{\"id\":\"d\"}]", "\"function_call\":{\"name\":\"f\"}");
    }

    @Test
    void equalMessagesOfATraceOfLangSmithAreTold() {
        String first = "{'role': 'user', 'content': 'go on'}, {'role': 'assistant', 'content': 'a'}";
        String second =
                first + ", {'role': 'user', 'content': 'go on'}, {'role': 'tool', 'tool_call_id': 'c', 'content':"
                        + " 'ok'}, {'role': 'tool', 'tool_call_id': 'd', 'content': 'ok'}";
        Told told = Told.of(
                "runs.jsonl",
                "{'id': 'r', 'trace_id': 'r', 'run_type': 'llm', 'inputs': {'messages': [{'role': 'user', 'content': 'go"
                        + " on'}]}, 'outputs': {'role': 'assistant', 'content': 'a'}}",
                "{'id': 's', 'trace_id': 'r', 'run_type': 'llm', 'inputs': {'messages': [" + second
                        + "]}, 'outputs': {'role': 'assistant', 'content': 'a'}}",
                "{'id': 't', 'trace_id': 'r', 'run_type': 'llm', 'inputs': {'messages': [" + second
                        + ", {'role': 'assistant', 'content': 'a'}]}, 'outputs': {'role': 'assistant', 'content': 'b'}}");

        assertThat(told.lines().stream().filter(line -> line.matches("(user|assistant|tool).*")))
                .containsExactly(
                        "user: go on",
                        "assistant: a",
                        "user: go on",
                        "tool: ->#c 'ok' unknown",
                        "tool: ->#d 'ok' unknown",
                        "assistant: a",
                        "assistant: b");
    }
}
