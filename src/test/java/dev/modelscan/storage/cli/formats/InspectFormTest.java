package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InspectFormTest {

    private static final String SAMPLE = "{'id': 's1', 'epoch': 2, 'input': 'q', 'target': 't', 'messages': [{'id':"
            + " 'm1', 'role': 'user', 'content': 'attachment://a1', 'source': 'input'},{'id': 'm2', 'role': 'assistant',"
            + " 'model': 'm-1', 'content': [{'type': 'reasoning', 'reasoning': 'hm', 'signature': 's'}, {'type': 'text',"
            + " 'text': 'I look.'}], 'tool_calls': [{'id': 'c1', 'function': 'bash', 'arguments': {'cmd': 'ls'}}]},{'id':"
            + " 'm3', 'role': 'tool', 'tool_call_id': 'c1', 'function': 'bash', 'content': '', 'error': {'type':"
            + " 'timeout', 'message': 'late'}}], 'model_usage': {'lab/m-1': {'input_tokens': 5, 'output_tokens': 2,"
            + " 'input_tokens_cache_read': 1}}, 'scores': {'includes': {'value': 'I'}, 'parts': {'value': {'a': 0.5, 'b':"
            + " true}}}, 'attachments': {'a1': 'a long question'}, 'events': [{'event': 'sample_init'}], 'output':"
            + " {'model': 'm-1'}, 'uuid': 'u'}";

    @Test
    void aSampleIsARunWithItsScores() {
        Told told = Told.of(
                "log.json",
                "{'version': 2, 'status': 'success', 'eval': {'task': 'walk', 'eval_id': 'e', 'model': 'lab/m-1'},"
                        + " 'plan': {},",
                " 'stats': {'started_at': '2026-01-02T03:04:05-05:00'}, 'samples': [" + SAMPLE + ",",
                "  {'id': 2, 'epoch': 1, 'input': 'x', 'messages': [], 'error': {'message': 'broke'}}]}");

        assertThat(told.form()).isEqualTo("inspect");
        assertThat(told.lines())
                .containsExactly(
                        "described",
                        "run sample-1-s1/2 = u named walk",
                        "user m1: a long question",
                        "assistant m2: (thought), I look., bash#c1 {'cmd':'ls'}",
                        "tool m3: ->#c1 bash '' failed by error",
                        "model lab/m-1 5+2 read 1",
                        "score includes 0",
                        "score parts.a 0.5",
                        "score parts.b 1",
                        "end sample-1-s1/2 failed because the score is 0",
                        "run sample-1-2/1 = e/2/1 named walk",
                        "end sample-1-2/1 failed because broke");
        assertThat(told.kept()).contains("sample_init", "lab/m-1", "'source'".replace('\'', '"'));
    }

    @Test
    void aSampleMayStandAlone() {
        assertThat(Told.of("s1_epoch_2.json", SAMPLE).lines())
                .startsWith("run sample-1-s1/2 = u", "user m1: a long question");
    }

    @Test
    void aToolOfTheServiceIsACallWithItsAnswer() {
        String used =
                "{'type': 'tool_use', 'tool_type': '%s', 'id': '%s', 'name': '%s', 'context': %s, 'arguments': %s,"
                        + " 'result': %s, 'error': %s}";
        Told told = Told.of(
                "s.json",
                "{'id': 1, 'epoch': 1, 'input': 'x', 'attachments': {'a1': 'a long result'}, 'messages': [{'id': 'm1',"
                        + " 'role': 'assistant', 'content': [",
                used.formatted(
                                "web_search",
                                "w1",
                                "web_search",
                                "null",
                                "'{\\'query\\': \\'tea\\'}'",
                                "'found'",
                                "null")
                        + ",",
                used.formatted("mcp_call", "w2", "read", "'files'", "{'path': '/'}", "''", "'no access'") + ",",
                used.formatted("web_search", "w3", "web_search", "null", "''", "'attachment://a1'", "null") + ",",
                "{'type': 'text', 'text': 'Tea.'}]}]}");

        assertThat(told.lines())
                .contains("assistant m1: web_search#w1 {'query':'tea'}, ->#w1 web_search 'found' success by error,"
                        + " read#w2 {'path':'/'}, ->#w2 read 'no access' failed by error,"
                        + " web_search#w3 '', ->#w3 web_search 'a long result' success by error, Tea.");
        assertThat(told.kept()).contains("mcp_call", "\"context\":\"files\"");
    }
}
