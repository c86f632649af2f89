package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenHandsFormTest {

    private static final String CALL =
            "'tool_call_metadata': {'function_name': 'execute_bash', 'tool_call_id': 't1', 'model_response': {'id':"
                    + " 'r1', 'model': 'm-1', 'usage': {'prompt_tokens': 6, 'completion_tokens': 2}, 'choices':"
                    + " [{'message': {'tool_calls': [{'id': 't1', 'function': {'name': 'execute_bash', 'arguments':"
                    + " '{\\'command\\': \\'ls\\'}'}}]}}]}}";

    @Test
    void actionsAreCallsAndObservationsAnswerThem() {
        Told told = Told.of(
                "trajectory.json",
                "[{'id': 0, 'timestamp': '2026-01-02T03:04:05.1', 'source': 'user', 'action': 'message', 'message':"
                        + " 'go',",
                "  'args': {'content': 'go', 'image_urls': ['http://i'], 'wait_for_response': false}},",
                " {'id': 1, 'source': 'environment', 'observation': 'agent_state_changed', 'content': '', 'extras':"
                        + " {'agent_state': 'running'}},",
                " {'id': 2, 'source': 'agent', 'action': 'run', 'message': 'Running', " + CALL + ",",
                "  'args': {'command': 'ls', 'thought': 'I look.'}},",
                " {'id': 3, 'source': 'agent', 'observation': 'run', 'cause': 2, 'content': 'a b', " + CALL + ",",
                "  'extras': {'metadata': {'exit_code': 1}}},",
                " {'id': 4, 'source': 'agent', 'action': 'read', 'args': {'path': 'a'}},",
                " {'id': 5, 'source': 'agent', 'observation': 'error', 'cause': 4, 'content': 'no', 'extras': {}},",
                " {'id': 6, 'source': 'agent', 'action': 'finish', 'message': 'Done.', 'args': {'outputs': {},"
                        + " 'thought': ''}}]");

        assertThat(told.form()).isEqualTo("openhands");
        assertThat(told.lines())
                .containsExactly(
                        "run events by openhands",
                        "user 0: go, (image)",
                        "assistant 2: I look., execute_bash#t1 {'command':'ls'}",
                        "model m-1 6+2",
                        "tool 3: ->#t1 execute_bash 'a b' failed by exit_code",
                        "assistant 4: read#4 {'path':'a'}",
                        "tool 5: ->#4 read 'no' failed by observation",
                        "assistant 6: Done., finish#6 {'outputs':{},'thought':''}",
                        "end events");
        assertThat(told.kept()).contains("agent_state_changed");
    }

    @Test
    void anEvaluationsLineIsARunWithItsVerdictAndCost() {
        Told told = Told.of(
                "output.jsonl",
                "{'instance_id': 'i-1', 'test_result': {'resolved': true}, 'metrics': {'accumulated_cost': 0.5},"
                        + " 'history': [[{'id': 1, 'source': 'agent', 'action': 'run', 'args': {'command': 'ls'}},{'id':"
                        + " 2, 'source': 'agent', 'observation': 'run', 'cause': 1, 'content': 'x', 'extras':"
                        + " {'exit_code': 0}}]]}",
                "{'instance_id': 'i-2', 'error': 'no container', 'history': []}");

        assertThat(told.lines())
                .containsExactly(
                        "run run-1 = i-1 by openhands",
                        "assistant 1: run#1 {'command':'ls'}",
                        "tool 2: ->#1 run 'x' success by exit_code",
                        "model null null+null cost 0.5",
                        "score resolved 1",
                        "end run-1 completed",
                        "run run-2 = i-2 by openhands",
                        "end run-2 failed because no container");
    }

    @Test
    void eventsWithAKindHoldTheModelsMessage() {
        Told told = Told.of(
                "events.jsonl",
                "{'kind': 'SystemPromptEvent', 'id': 'e0', 'source': 'agent', 'system_prompt': {'type': 'text',"
                        + " 'text': 's'}}",
                "{'kind': 'MessageEvent', 'id': 'e1', 'source': 'user', 'llm_message': {'role': 'user', 'content':"
                        + " [{'type': 'text', 'text': 'go'}]}}",
                "{'kind': 'ActionEvent', 'id': 'e2', 'source': 'agent', 'thought': [{'type': 'text', 'text': 'hm'}],"
                        + " 'tool_name': 'terminal', 'tool_call_id': 't1', 'tool_call': {'id': 't1', 'arguments':"
                        + " '{\\'command\\': \\'ls\\'}'}, 'reasoning_content': 'r'}",
                "{'kind': 'ObservationEvent', 'id': 'e3', 'source': 'environment', 'tool_name': 'terminal',"
                        + " 'tool_call_id': 't1', 'observation': {'content': [{'type': 'text', 'text': 'a'}], 'exit_code':"
                        + " 0}}",
                "{'kind': 'AgentErrorEvent', 'id': 'e4', 'source': 'agent', 'tool_name': 'x', 'tool_call_id': 't2',"
                        + " 'error': 'unknown'}",
                "{'kind': 'PauseEvent', 'id': 'e5', 'source': 'user'}");

        assertThat(told.lines())
                .containsExactly(
                        "run events by openhands",
                        "system e0: s",
                        "user e1: go",
                        "assistant e2: (thought), hm, terminal#t1 {'command':'ls'}",
                        "tool e3: ->#t1 terminal [{'type':'text','text':'a'}] success by exit_code",
                        "tool e4: ->#t2 x 'unknown' failed by kind",
                        "end events");
        assertThat(told.kept()).contains("PauseEvent");
    }

    @Test
    void theLastStatsOfAConversationAreModelCalls() {
        String stats =
                "{'kind': 'ConversationStateUpdateEvent', 'id': '%s', 'source': 'environment', 'key': '%s', 'value':"
                        + " %s}";
        String used = "{'usage_to_metrics': {'default': {'model_name': 'm', 'accumulated_cost': %s,"
                + " 'accumulated_token_usage': {'prompt_tokens': %s, 'completion_tokens': 2, 'response_id': ''}},"
                + " 'condenser': {'model_name': 'n', 'accumulated_token_usage': {'prompt_tokens': 0}}}}";
        Told told = Told.of(
                "events.jsonl",
                stats.formatted("s1", "execution_status", "'running'"),
                stats.formatted("s2", "stats", used.formatted(0, 5)),
                "{'kind': 'MessageEvent', 'id': 'e1', 'source': 'user', 'llm_message': {'content': 'go'}}",
                stats.formatted("s3", "full_state", "{'stats': " + used.formatted(0.5, 9) + "}"));

        assertThat(told.form()).isEqualTo("openhands");
        assertThat(told.lines())
                .containsExactly("run events by openhands", "user e1: go", "model m 9+2 cost 0.5", "end events");
    }

    @Test
    void theStateOfAConversationTellsOfEachResponse() {
        Told told = Told.of(
                "conversation.json",
                "{'base_state': {'id': 'c-1', 'stats': {'usage_to_metrics': {'agent': {'model_name': 'm',",
                "'costs': [{'model': 'm', 'cost': 0.25, 'timestamp': 1767323045.5}], 'token_usages': [",
                "{'model': 'm-1', 'prompt_tokens': 5, 'completion_tokens': 2, 'reasoning_tokens': 1, 'response_id':"
                        + " 'r1'}]}}}},",
                "'history': [{'kind': 'MessageEvent', 'id': 'e1', 'source': 'agent', 'llm_response_id': 'r1',"
                        + " 'llm_message': {'content': 'hi'}}, {'kind': 'PauseEvent', 'id': 'e2', 'source': 'user'}]}");

        assertThat(told.lines())
                .containsExactly(
                        "run run-1 = c-1 by openhands",
                        "assistant e1: hi",
                        "model m-1 of e1 5+2 thought 1 cost 0.25",
                        "end run-1");
    }
}
