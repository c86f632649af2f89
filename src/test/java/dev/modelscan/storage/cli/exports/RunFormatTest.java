package dev.modelscan.storage.cli.exports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.files.Source;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Form;
import dev.modelscan.storage.cli.formats.Forms;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFormatTest {

    private static List<Run> read(String text) throws IOException {
        InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        try (Source source = Source.open(Input.stream("file", in), in)) {
            Form form = Forms.of(source.first()).orElseThrow();
            Run.Collector runs = new Run.Collector(form.name());
            form.read(source.records(runs), runs);
            return runs.runs();
        }
    }

    private static JsonNode json(String text) throws IOException {
        return Fields.MAPPER.readTree(text);
    }

    private static void comesBack(RunFormat format, String source) throws IOException {
        String text = source.replace('\'', '"');
        assertThat(read(text)).hasSize(1);
        assertThat(json(format.write(read(text).get(0), unsaid -> {}).toString()))
                .isEqualTo(json(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 'r', 'tags': ['a'], 'messages': [{'role': 'user', 'content': 'hi'}]}",
                "{'messages': [{'role': 'assistant'}, {'role': 'assistant', 'content': null}, {'role': 'assistant', 'content': ''}]}",
                "{'messages': [{'role': 'assistant', 'content': null, 'refusal': 'no', 'tool_calls': null, 'name': 'planner'}]}",
                "{'messages': [{'role': 'assistant', 'content': 'x', 'reasoning_content': 'hm', 'tool_calls': [{'id': 'c', 'type': 'function',"
                        + " 'function': {'name': 'f', 'arguments': '{ }'}}]}, {'role': 'tool', 'tool_call_id': 'c', 'content': '{}', 'x': 1}]}",
                "{'messages': [{'role': 'assistant', 'content': null, 'function_call': {'name': 'f', 'arguments': '{'}},"
                        + " {'role': 'function', 'name': 'f', 'content': '1'}]}",
                "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'a', 'cache_control': {}}, 'b',"
                        + " {'type': 'image_url', 'image_url': {'url': 'u'}}, {'type': 'dream'}]}]}",
                "{'messages': [{'role': 'assistant', 'tool_calls': [{'id': 'c', 'type': 'custom', 'custom': {'name': 'f', 'input': 'x'}}]}]}",
                "{'messages': [{'role': 'ghost', 'content': 'boo'}, {'content': 'nobody'}, 'text', {'role': 'user', 'content': 7}]}",
                "{'traj': [{'role': 'user', 'content': 'hi'}], 'reward': 0.5, 'task_id': 3}",
                "{'custom_id': 'q', 'method': 'POST', 'url': '/v1/chat/completions', 'body': {'model': 'm', 'messages': [{'role': 'user',"
                        + " 'content': 'hi'}]}}",
                "{'id': 'b', 'custom_id': 'q', 'response': {'status_code': 200, 'body': {'id': 'x', 'model': 'm', 'choices': [{'index': 0,"
                        + " 'finish_reason': 'stop', 'logprobs': null, 'message': {'role': 'assistant', 'content': 'yes', 'refusal': null}},"
                        + " {'index': 1, 'message': {'role': 'assistant', 'content': 'no'}}], 'usage': {'prompt_tokens': 1}}}, 'error': null}",
                "{'id': 'x', 'object': 'chat.completion', 'created': 1767225600, 'choices': [{'index': 0, 'message': {'role': 'assistant',"
                        + " 'content': 'yes'}, 'finish_reason': 'stop'}]}",
                "{'request': {'model': 'm', 'messages': [{'role': 'user', 'content': 'a'}]}, 'response': {'choices': [{'message':"
                        + " {'role': 'assistant', 'content': 'b'}}]}}"
            })
    void messagesOfOpenAiComeBack(String record) throws IOException {
        comesBack(new OpenAiFormat(), record);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model': 'm', 'system': 'be kind', 'messages': [{'role': 'user', 'content': 'go'}, {'role': 'assistant', 'content':"
                        + " [{'type': 'thinking', 'thinking': 'hm', 'signature': 's'}, {'type': 'text', 'text': 'I look.', 'citations': null},"
                        + " {'type': 'tool_use', 'id': 't', 'name': 'f', 'input': {'a': 1}, 'cache_control': {}}]},"
                        + " {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': 't', 'content': [{'type': 'text', 'text': 'x'}],"
                        + " 'is_error': false}, {'type': 'text', 'text': 'and now?'}]}]}",
                "{'system': [{'type': 'text', 'text': 's', 'cache_control': {}}], 'messages': [{'role': 'user', 'content':"
                        + " [{'type': 'tool_result', 'tool_use_id': 't'}]}]}",
                "{'custom_id': 'q', 'params': {'model': 'm', 'max_tokens': 9, 'system': 's', 'messages': [{'role': 'user', 'content': 'hi'}]}}",
                "{'custom_id': 'q', 'result': {'type': 'succeeded', 'message': {'id': 'x', 'type': 'message', 'role': 'assistant', 'model': 'm',"
                        + " 'content': [{'type': 'text', 'text': 'yes'}], 'stop_reason': 'end_turn', 'usage': {'input_tokens': 1}}}}"
            })
    void messagesOfAnthropicComeBack(String record) throws IOException {
        comesBack(new AnthropicFormat(), record);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'id': 'x', 'system': 's', 'conversations': [{'from': 'human', 'value': 'q', 'weight': 1}, {'from': 'function_call', 'value':"
                        + " '[1, {}]'}, {'from': 'observation', 'value': 'r'}, {'from': 'narrator', 'value': 'z'}]}",
                "{'items': [{'from': 'human', 'value': 'q'}]}"
            })
    void turnsOfShareGptComeBack(String record) throws IOException {
        comesBack(new ShareGptFormat(), record);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schema_version': 'ATIF-v1.6', 'session_id': 's', 'agent': {'name': 'a', 'version': '1'}, 'notes': 'n', 'steps': ["
                        + "{'step_id': 1, 'source': 'user', 'message': [{'type': 'text', 'text': 'see'}, {'type': 'image', 'source':"
                        + " {'media_type': 'image/png', 'path': 'i.png'}}], 'timestamp': '2026-01-02T03:04:05+01:00'},"
                        + "{'step_id': 2, 'source': 'agent', 'message': '', 'reasoning_content': 'hm', 'timestamp': '2026-01-02T03:04:05.120000Z',"
                        + " 'tool_calls': [{'tool_call_id': 'c', 'function_name': 'f', 'arguments': {'a': 1.0}, 'extra': {}}], 'observation':"
                        + " {'results': [{'source_call_id': 'c', 'content': [{'type': 'text', 'text': 'x'}], 'timestamp': '2026-01-02T03:04:06Z'},"
                        + " {'source_call_id': null, 'content': 'dark', 'subagent_trajectory_ref': []}]}, 'metrics': {'prompt_tokens': 1}}],"
                        + " 'final_metrics': {}, 'subagent_trajectories': [{'agent': {'name': 'b', 'version': '1'}, 'steps': [{'step_id': 1,"
                        + " 'source': 'agent', 'message': 'done', 'observation': {'results': []}, 'tool_calls': []}]}]}",
                "{'schema_version': 'ATIF-v1.0', 'agent': {'name': 'a', 'version': '1'}, 'steps': [{'step_id': 'one', 'source': 'agent',"
                        + " 'tool_calls': [{'tool_call_id': 'c', 'function_name': 'f', 'arguments': {}}], 'observation': {'results':"
                        + " [{'content': 'y'}]}, 'message': null, 'new': 1}, {'source': 'ghost', 'message': 'boo'}, 7]}"
            })
    void trajectoriesComeBack(String record) throws IOException {
        comesBack(new AtifFormat(), record);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages': [{'role': 'developer', 'content': 's'}, {'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': null,"
                        + " 'tool_calls': [{'id': 'c', 'type': 'function', 'function': {'name': 'f', 'arguments': '{}'}}, {'id': 'c', 'type':"
                        + " 'function', 'function': {'name': 'g', 'arguments': '7'}}]}, {'role': 'tool', 'tool_call_id': 'c', 'content': 'x'},"
                        + " {'role': 'tool', 'tool_call_id': 'gone', 'content': 'y'}, {'role': 'assistant', 'content': 'done'}]}",
                "[{'type': 'message', 'role': 'user', 'content': 'q'}, {'type': 'function_call', 'call_id': 'a', 'name': 'f', 'arguments': '{}'},"
                        + "{'type': 'function_call', 'call_id': 'b', 'name': 'g', 'arguments': '{}'}, {'type': 'function_call_output',"
                        + " 'call_id': 'a', 'output': '[1]'}, {'type': 'reasoning', 'id': 'r', 'summary': []},"
                        + " {'type': 'web_search_call', 'id': 'w', 'status': 'completed', 'action': {}}]",
                "{'sessionId': 's', 'projectHash': 'h', 'messages': [{'id': '1', 'type': 'user', 'content': 'q'}, {'id': '2', 'type': 'gemini',"
                        + " 'content': 'a', 'model': 'm', 'tokens': {'input': 1, 'output': 2}, 'thoughts': [{'subject': 't'}],"
                        + " 'toolCalls': [{'id': 'c', 'name': 'f', 'args': {}, 'status': 'success', 'result': []}]}]}"
            })
    void runsOfOtherFormsFollowThePublishedRules(String record) throws IOException {
        Run run = read(record.replace('\'', '"')).get(0);

        assertThat(AtifRules.brokenBy(
                        json(new AtifFormat().write(run, unsaid -> {}).toString())))
                .isEmpty();
    }

    @Test
    void whatAFormCannotSayIsListed() throws IOException {
        Run run = read("""
                [{"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "u"}]},
                 {"type": "reasoning", "summary": [], "encrypted_content": "x"}]
                """).get(0);
        Set<String> unsaid = new TreeSet<>();
        new OpenAiFormat().write(run, unsaid::add);

        assertThat(unsaid).contains("reasoning", "a part of the kind media");
    }

    /** Two calls: one failed without saying so in its answer, the other did not fail, and its answer looks as if it had. */
    private static Run failed() throws IOException {
        return read("""
                {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "no such station",
                  "is_error": true}]},
                 {"role": "assistant", "content": [{"type": "tool_use", "id": "u", "name": "g", "input": {}}]},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "u", "content": "Error log: empty",
                  "is_error": false}]}], "resolved": false}
                """).get(0);
    }

    private static Run of(String form, Run run) {
        RunEnded said = run.ended();
        RunEnded ended = new RunEnded(
                said.run(), said.place(), null, TaskStatus.FAILED, null, said.completedAt(), null, Fields.object());
        return new Run(form, run.started(), run.messages(), run.calls(), ended, List.of(), List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "sharegpt", "atif"})
    void howToolsAndRunsEndedIsListedIfTheFormDoesNotSayIt(String format) throws IOException {
        Set<String> unsaid = new TreeSet<>();
        RunFormats.named(format).orElseThrow().write(of("other", failed()), unsaid::add);

        assertThat(unsaid).contains("that a tool failed", "that a tool did not fail", "the status failed");
    }

    /** A part that says of itself that the tool failed is written with the list around it, as text. */
    @ParameterizedTest
    @ValueSource(strings = {"openai", "sharegpt", "atif"})
    void thatAToolFailedIsListedIfItsAnswerIsReadOtherwise(String format) throws IOException {
        Run run = read("""
                {"messages": [{"role": "assistant", "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f",
                  "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "t", "content": [{"type": "text",
                  "text": "{\\"error\\":\\"no station\\"}"}]}]}
                """).get(0);
        Set<String> unsaid = new TreeSet<>();
        RunFormats.named(format).orElseThrow().write(of("other", run), unsaid::add);

        assertThat(unsaid).contains("that a tool failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anthropic", "otlp"})
    void howToolsEndedIsNotListedIfTheFormSaysIt(String format) throws IOException {
        Set<String> unsaid = new TreeSet<>();
        JsonNode written = RunFormats.named(format).orElseThrow().write(of("other", failed()), unsaid::add);

        assertThat(unsaid).doesNotContain("that a tool failed", "that a tool did not fail");
        assertThat(written.findValuesAsText("is_error").size()
                        + written.findValuesAsText("status").size())
                .isGreaterThan(1);
    }

    /** What the reader makes of the answer or of the record is not lost. */
    @Test
    void howToolsAndRunsEndedIsNotListedIfItIsReadBack() throws IOException {
        Run run = read("""
                {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "Error: no station",
                  "is_error": true}]}], "resolved": false}
                """).get(0);
        Set<String> unsaid = new TreeSet<>();
        new OpenAiFormat().write(of("anthropic", run), unsaid::add);

        assertThat(unsaid).containsExactly("what the source says of a message beyond role, content and calls");
    }

    @Test
    void aRunOfOneProviderIsWrittenForAnother() throws IOException {
        Run run = read("""
                {"system": "s", "messages": [{"role": "user", "content": "q"},
                 {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}]},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": true}]}]}
                """).get(0);

        assertThat(json(new OpenAiFormat().write(run, unsaid -> {}).toString()).path("messages"))
                .isEqualTo(json("""
                [{"role": "system", "content": "s"}, {"role": "user", "content": "q"},
                 {"role": "assistant", "content": null, "tool_calls": [{"id": "t", "type": "function",
                  "function": {"name": "f", "arguments": "{\\"a\\":1}"}}]},
                 {"role": "tool", "tool_call_id": "t", "content": "x"}]
                """));
        assertThat(json(new AnthropicFormat().write(run, unsaid -> {}).toString())
                        .path("system")
                        .asText())
                .isEqualTo("s");
    }

    /** Each call is answered by the message after it, which is the user's and begins with the answers. */
    private static void requireAnswers(JsonNode messages) {
        for (int i = 0; i < messages.size(); i++) {
            List<String> calls = new ArrayList<>();
            for (JsonNode part : messages.path(i).path("content")) {
                if (part.path("type").asText().equals("tool_use")) {
                    calls.add(part.path("id").asText());
                }
            }
            List<String> answers = new ArrayList<>();
            JsonNode next = messages.path(i + 1);
            for (JsonNode part : next.path("content")) {
                if (part.path("type").asText().equals("tool_result")) {
                    assertThat(next.path("role").asText()).isEqualTo("user");
                    assertThat(next.path("content").path(answers.size())).isEqualTo(part);
                    answers.add(part.path("tool_use_id").asText());
                }
            }
            assertThat(answers).as(messages.toPrettyString()).containsExactlyInAnyOrderElementsOf(calls);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The answer is in the message of the call.
                "{'type':'thread.started','thread_id':'t'}\n{'type':'item.completed','item':{'id':'i','type':'command_execution',"
                        + "'command':'ls','aggregated_output':'x','exit_code':0,'status':'completed'}}\n{'type':'item.completed','item':"
                        + "{'id':'m','type':'agent_message','text':'done'}}",
                "{'id':1,'epoch':1,'input':'x','messages':[{'id':'m1','role':'assistant','content':[{'type':'text','text':'I look'},"
                        + "{'type':'tool_use','id':'w1','name':'web_search','arguments':'{}','result':'a'},{'type':'tool_use','id':'w2',"
                        + "'name':'web_search','arguments':'{}','result':'b'},{'type':'text','text':'now'}],'tool_calls':[{'id':'c',"
                        + "'function':'f','arguments':{}}]},{'id':'m2','role':'tool','tool_call_id':'c','content':'r'}]}",
                // The user speaks before the answers, and between them.
                "{'messages':[{'role':'user','content':'q'},{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'f',"
                        + "'input':{}},{'type':'tool_use','id':'b','name':'f','input':{}}]},{'role':'user','content':[{'type':'text','text':"
                        + "'wait'},{'type':'tool_result','tool_use_id':'a','content':'x'}]},{'role':'user','content':[{'type':"
                        + "'tool_result','tool_use_id':'b','content':'y'}]}]}"
            })
    void anthropicsAnswersFollowTheirCalls(String source) throws IOException {
        Run read = read(source.replace('\'', '"')).get(0);
        Run run = new Run("other", read.started(), read.messages(), read.calls(), read.ended(), List.of(), List.of());

        requireAnswers(
                json(new AnthropicFormat().write(run, unsaid -> {}).toString()).path("messages"));
    }

    private static Event.ModelCalled call(String message, Long input, Long cacheWrite, String cost, String currency) {
        Event.Usage usage = new Event.Usage(input, 2L, 1L, cacheWrite, null);
        BigDecimal spent = cost == null ? null : new BigDecimal(cost);
        Place place = new Place(0, 0, -1);
        return new Event.ModelCalled(
                "r", place, message, null, "m", "lab", usage, spent, currency, null, Instant.EPOCH, "stop");
    }

    @Test
    void atifHasAllCallsOfAModel() throws IOException {
        Run read = read("""
                {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "id": "one"},
                 {"role": "assistant", "content": "b", "id": "two"}]}
                """).get(0);
        List<Event.ModelCalled> calls = List.of(
                call("one", 5L, 3L, "0.5", "USD"),
                call("one", 6L, null, "0.25", "USD"),
                call("two", 7L, null, "9", "EUR"),
                call(null, 8L, null, null, null));
        Set<String> unsaid = new TreeSet<>();
        List<Event.MessageRead> messages = new ArrayList<>();
        for (Event.MessageRead message : read.messages()) {
            String id = message.parts().toString().contains("a]")
                    ? "one"
                    : message.parts().toString().contains("b]") ? "two" : "q";
            messages.add(Event.MessageRead.builder(message.run(), message.place(), message.role())
                    .externalId(id)
                    .add(message.parts().get(0))
                    .build());
        }
        Run run = new Run("other", read.started(), messages, calls, read.ended(), List.of(), List.of());
        JsonNode written = json(new AtifFormat().write(run, unsaid::add).toString());

        assertThat(AtifRules.brokenBy(written)).isEmpty();
        assertThat(written.path("steps").path(1).path("metrics")).isEqualTo(json("""
                {"prompt_tokens": 11, "completion_tokens": 4, "cached_tokens": 2, "cost_usd": 0.75, "extra": {"calls": [
                 {"model_name": "m", "prompt_tokens": 5, "completion_tokens": 2, "cached_tokens": 1, "cost_usd": 0.5,
                  "provider": "lab", "cache_write_tokens": 3, "finish_reason": "stop", "completed_at": "1970-01-01T00:00:00Z"},
                 {"model_name": "m", "prompt_tokens": 6, "completion_tokens": 2, "cached_tokens": 1, "cost_usd": 0.25,
                  "provider": "lab", "finish_reason": "stop", "completed_at": "1970-01-01T00:00:00Z"}]}}
                """));
        assertThat(written.path("steps").path(2).path("metrics").path("extra")).isEqualTo(json("""
                {"provider": "lab", "cost": 9, "currency": "EUR", "finish_reason": "stop", "completed_at": "1970-01-01T00:00:00Z"}
                """));
        assertThat(written.path("final_metrics")).isEqualTo(json("""
                {"total_prompt_tokens": 26, "total_completion_tokens": 8, "total_cached_tokens": 4, "total_cost_usd": 0.75,
                 "total_steps": 3, "extra": {"calls": [{"model_name": "m", "prompt_tokens": 8, "completion_tokens": 2,
                 "cached_tokens": 1, "provider": "lab", "finish_reason": "stop", "completed_at": "1970-01-01T00:00:00Z"}]}}
                """));
        assertThat(unsaid).isEmpty();
    }

    @Test
    void manyRecordsAreManyRuns() throws IOException {
        List<JsonNode> written = new ArrayList<>();
        for (Run run : read("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n{\"messages\": []}")) {
            written.add(new OpenAiFormat().write(run, unsaid -> {}));
        }
        assertThat(written).hasSize(2);
    }
}
