package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AtifFormTest {

    @Test
    void stepsAreMessagesAndSoAreTheResultsOfTheirObservations() {
        Told told = Told.of(
                "trajectory.json",
                "{'schema_version': 'ATIF-v1.4', 'session_id': 's', 'notes': 'n',",
                " 'agent': {'name': 'walker', 'version': '1', 'model_name': 'm-1', 'extra': {'k': 1}},",
                " 'steps': [{'step_id': 1, 'source': 'system', 'message': 'be kind'},",
                "  {'step_id': 2, 'timestamp': '2026-01-02T03:04:05Z', 'source': 'user', 'message': 'go'},",
                "  {'step_id': 3, 'source': 'agent', 'message': '', 'reasoning_content': 'hm', 'model_name': 'm-2',",
                "   'tool_calls': [{'tool_call_id': 'c1', 'function_name': 'move', 'arguments': {'dx': 1}},",
                "    {'tool_call_id': 'c2', 'function_name': 'stop', 'arguments': {}}],",
                "   'observation': {'results': [{'source_call_id': 'c2', 'content': 'stopped', 'extra': {'exit_code':"
                        + " 2}},",
                "    {'source_call_id': 'c1', 'content': null}, {'content': 'dark'}]},",
                "   'metrics': {'prompt_tokens': 7, 'completion_tokens': 3, 'cached_tokens': 2, 'cost_usd': 0.25,"
                        + " 'logprobs': []}}],",
                " 'final_metrics': {'total_steps': 3}}");

        assertThat(told.form()).isEqualTo("atif");
        assertThat(told.lines())
                .containsExactly(
                        "run trajectory-1 = s by walker",
                        "system 1: be kind",
                        "user 2: go",
                        "assistant 3: (thought), , move#c1 {'dx':1}, stop#c2 {}",
                        "tool 3/1: ->#c2 'stopped' failed by extra.exit_code",
                        "tool 3/2: ->#c1 null unknown",
                        "tool 3/3: dark",
                        "model m-2 of 3 7+3 read 2 cost 0.25",
                        "end trajectory-1");
        assertThat(told.kept()).contains("logprobs", "total_steps", "\"notes\":\"n\"");
    }

    @Test
    void aSingleResultWithoutAnIdAnswersTheSingleCall() {
        String step = "{'step_id': 1, 'source': 'agent', 'message': 'x', 'tool_calls': [{'tool_call_id': 'c1',"
                + " 'function_name': 'f', 'arguments': {}}], 'observation': {'results': [{'content': 'y'}]}}";
        Told told =
                Told.of("t.json", "{'schema_version': 'ATIF-v1.0', 'agent': {'name': 'a'}, 'steps': [" + step + "]}");

        assertThat(told.lines()).contains("tool 1/1: ->#c1 'y' unknown");
    }

    @Test
    void imagesAreMediaAndSubAgentsAreRuns() {
        Told told = Told.of(
                "t.json",
                "{'schema_version': 'ATIF-v1.7', 'trajectory_id': 't', 'agent': {'name': 'a'}, 'steps': [",
                " {'step_id': 1, 'source': 'user', 'message': [{'type': 'text', 'text': 'see'},",
                "  {'type': 'image', 'source': {'media_type': 'image/png', 'path': 'i.png'}}]}],",
                " 'subagent_trajectories': [{'trajectory_id': 'u', 'agent': {'name': 'b'}, 'steps': [",
                "  {'step_id': 1, 'source': 'agent', 'message': 'done', 'is_copied_context': true, 'metrics':"
                        + " {'prompt_tokens': 1}}]}]}");

        assertThat(told.lines())
                .containsExactly(
                        "run trajectory-1 = t by a",
                        "user 1: see, (image image/png)",
                        "run trajectory-1/1 = u below trajectory-1 by b",
                        "assistant 1: done",
                        "end trajectory-1/1",
                        "end trajectory-1");
    }

    @Test
    void oddStepsAreKept() {
        Told told = Told.of(
                "t.json",
                "{'schema_version': 'ATIF-v1.2', 'agent': {'name': 'a'}, 'steps': [{'source': 'ghost', 'message':"
                        + " 'boo'}, 'text']}");

        assertThat(told.lines())
                .containsExactly(
                        "run trajectory-1 by a",
                        "warned of steps[0].source",
                        "other: boo",
                        "warned of steps[1]",
                        "other: (other)",
                        "end trajectory-1");
        assertThat(told.kept()).contains("ghost");
    }
}
