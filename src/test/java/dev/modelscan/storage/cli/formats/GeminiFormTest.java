package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GeminiFormTest {

    @Test
    void aRequestsContentsAreMessages() {
        Told told = Told.of(
                "request.json",
                "{'systemInstruction': {'parts': [{'text': 'Be short.'}]}, 'generationConfig': {'temperature': 0},",
                " 'contents': [{'role': 'user', 'parts': [{'text': 'look'}, {'inlineData': {'mimeType': 'image/png',"
                        + " 'data': 'AA=='}}]},",
                "  {'role': 'model', 'parts': [{'thought': true, 'text': 'hm'},",
                "   {'functionCall': {'name': 'f', 'args': {'a': 1}}, 'thoughtSignature': 'c2ln'}]},",
                "  {'role': 'user', 'parts': [{'functionResponse': {'name': 'f', 'response': {'error': 'no'}}}]},",
                "  {'role': 'model', 'parts': [{'executableCode': {'language': 'PYTHON', 'code': '1'}},",
                "   {'codeExecutionResult': {'outcome': 'OUTCOME_OK', 'output': '1'}}, {'new': 2}]}]}");

        assertThat(told.form()).isEqualTo("gemini");
        assertThat(told.lines())
                .containsExactly(
                        "run record-1",
                        "system: Be short.",
                        "user: look, (image image/png)",
                        "assistant: (thought), f#null {'a':1}",
                        "tool: ->#null f {'error':'no'} unknown",
                        "assistant: code_execution#null {'language':'PYTHON','code':'1'}, ->#null code_execution '1'"
                                + " success by outcome, (other)",
                        "end record-1");
        assertThat(told.kept()).contains("c2ln", "temperature");
    }

    @Test
    void aResponsesCandidatesAreMessagesAndItsUsageIsACall() {
        Told told = Told.of(
                "response.json",
                "{'candidates': [{'content': {'role': 'model', 'parts': [{'text': 'hi'}]}, 'finishReason': 'STOP'}],",
                " 'usageMetadata': {'promptTokenCount': 5, 'candidatesTokenCount': 2, 'thoughtsTokenCount': 1},",
                " 'modelVersion': 'g-1', 'responseId': 'r'}");

        assertThat(told.lines())
                .containsExactly("run record-1 = r", "assistant: hi", "model g-1 5+2 thought 1", "end record-1");
    }

    @Test
    void contentsAsRecordsAreOneRun() {
        Told told = Told.of(
                "history.json",
                "[{'role': 'user', 'parts': [{'text': 'a'}]},",
                "{'role': 'model', 'parts': [{'text': 'b'}]}]");

        assertThat(told.lines()).containsExactly("run contents-1", "user: a", "assistant: b", "end contents-1");
    }

    @Test
    void eventsOfAnAgentDevelopmentKitNameTheirAgents() {
        Told told = Told.of(
                "session.json",
                "{'id': 's', 'app_name': 'trip', 'user_id': 'u', 'state': {'k': 1}, 'events': [",
                " {'invocation_id': 'i', 'author': 'user', 'content': {'role': 'user', 'parts': [{'text': 'go',"
                        + " 'thought': null}]},",
                "  'id': 'e1', 'timestamp': 1767323045.25},",
                " {'invocation_id': 'i', 'author': 'planner', 'id': 'e2', 'timestamp': 1767323046, 'content': {'role':"
                        + " 'model',",
                "  'parts': [{'function_call': {'id': 'c', 'name': 'transfer', 'args': {}}}]}, 'actions':"
                        + " {'transfer_to_agent': 'guide'},",
                "  'usage_metadata': {'prompt_token_count': 3, 'candidates_token_count': 1}},",
                " {'invocation_id': 'i', 'author': 'planner', 'id': 'e3', 'content': {'role': 'user',",
                "  'parts': [{'function_response': {'id': 'c', 'name': 'transfer', 'response': {'status': 'ok'}}}]}},",
                " {'invocationId': 'i', 'author': 'guide', 'id': 'e4', 'content': {'role': 'model', 'parts': [{'text':"
                        + " 'here'}]}}]}");

        assertThat(told.form()).isEqualTo("adk");
        assertThat(told.lines())
                .containsExactly(
                        "run session-1 = s named trip",
                        "user e1: go",
                        "assistant e2 by planner: transfer#c {}",
                        "model null of e2 3+1",
                        "tool e3: ->#c transfer {'status':'ok'} unknown",
                        "assistant e4 by guide: here",
                        "end session-1");
        assertThat(told.kept()).contains("\"k\":1", "transfer_to_agent", "\"thought\":null");
    }

    @Test
    void aSessionOfTheCommandLineHasItsCallsAndAnswersInOneMessage() {
        Told told = Told.of(
                "session-1.json",
                "{'sessionId': 's', 'projectHash': 'h', 'startTime': '2026-01-02T03:04:05Z', 'lastUpdated':"
                        + " '2026-01-02T03:05:00Z',",
                " 'messages': [{'id': 'm1', 'timestamp': '2026-01-02T03:04:05Z', 'type': 'user', 'content': 'list'},",
                "  {'id': 'm2', 'timestamp': '2026-01-02T03:04:07Z', 'type': 'gemini', 'content': 'I look.', 'model':"
                        + " 'g-1',",
                "   'thoughts': [{'subject': 'S', 'description': 'D'}], 'tokens': {'input': 8, 'output': 3, 'cached':"
                        + " 2, 'thoughts': 1},",
                "   'toolCalls': [{'id': 'c1', 'name': 'ls', 'args': {}, 'status': 'success', 'timestamp':"
                        + " '2026-01-02T03:04:08Z',",
                "    'result': [{'functionResponse': {'id': 'c1', 'name': 'ls', 'response': {'output': 'a b'}}}]},",
                "    {'id': 'c2', 'name': 'rm', 'args': {}, 'status': 'cancelled'}]},",
                "  {'id': 'm3', 'timestamp': '2026-01-02T03:04:09Z', 'type': 'info', 'content': 'cancelled'}]}");

        assertThat(told.form()).isEqualTo("gemini-cli");
        assertThat(told.lines())
                .containsExactly(
                        "run s = s by gemini-cli",
                        "user m1: list",
                        "assistant m2: (thought), I look., ls#c1 {}, rm#c2 {}",
                        "tool m2/1: ->#c1 ls 'a b' success by status",
                        "tool m2/2: ->#c2 rm nothing failed by status",
                        "model g-1 of m2 8+3 read 2 thought 1",
                        "other m3: cancelled",
                        "end s");
    }

    @Test
    void inASessionOfLinesTheLastVersionCountsAndARewindLeavesABranch() {
        Told told = Told.of(
                "session-2.jsonl",
                "{'sessionId': 's', 'projectHash': 'h', 'startTime': '2026-01-02T03:04:05Z', 'kind': 'main'}",
                "{'id': 'm1', 'type': 'user', 'content': [{'text': 'a'}]}",
                "{'id': 'm2', 'type': 'gemini', 'content': 'part'}",
                "{'id': 'm2', 'type': 'gemini', 'content': 'whole'}",
                "{'$rewindTo': 'm2'}",
                "{'id': 'm3', 'type': 'gemini', 'content': 'other'}",
                "{'$set': {'summary': 'T'}}");

        assertThat(told.lines())
                .containsExactly(
                        "run s = s by gemini-cli named T",
                        "user m1: a",
                        "assistant m2 after m1: whole",
                        "assistant m3 after m1: other",
                        "end s at m3");
        assertThat(told.kept()).contains("$rewindTo");
    }

    @Test
    void aListThatReplacesTheMessagesOfASessionIsItsBranch() {
        Told told = Told.of(
                "session-2.jsonl",
                "{'sessionId': 's', 'projectHash': 'h', 'startTime': '2026-01-02T03:04:05Z', 'kind': 'main'}",
                "{'id': 'm1', 'type': 'user', 'content': [{'text': 'a'}]}",
                "{'id': 'm2', 'type': 'gemini', 'content': 'long'}",
                "{'id': 'm3', 'type': 'user', 'content': 'b'}",
                "{'$set': {'lastUpdated': '2026-01-02T03:05:05Z', 'messages': [{'id': 'm1', 'type': 'user', 'content': 'A'},"
                        + " {'id': 's1', 'type': 'gemini', 'content': 'short', 'tokens': {'input': 3}}, {'id': 'm3',"
                        + " 'type': 'user', 'content': 'b'}]}}",
                "{'id': 'm4', 'type': 'gemini', 'content': 'c'}");

        assertThat(told.lines())
                .containsExactly(
                        "run s = s by gemini-cli",
                        "user m1: A",
                        "assistant m2 after m1: long",
                        "assistant s1 after m1: short",
                        "model null of s1 3+null",
                        "user m3 after s1: b",
                        "assistant m4 after m3: c",
                        "end s at m4");
        assertThat(told.kept()).contains("\"messages\":[\"m1\",\"s1\",\"m3\"]");
    }

    @Test
    void theFirstLineOfASessionMayHoldMessages() {
        Told told = Told.of(
                "session-2.jsonl",
                "{'sessionId': 's', 'projectHash': 'h', 'startTime': '2026-01-02T03:04:05Z', 'messages': [{'id': 'm1',"
                        + " 'type': 'user', 'content': 'a'}]}",
                "{'id': 'm2', 'type': 'gemini', 'content': 'b'}");

        assertThat(told.lines())
                .containsExactly("run s = s by gemini-cli", "user m1: a", "assistant m2 after m1: b", "end s at m2");
    }

    @Test
    void theResultsOfABatchAreResponses() {
        Told told = Told.of(
                "out.jsonl",
                "{'key': 'q1', 'response': {'candidates': [{'content': {'role': 'model', 'parts': [{'text': 'a'}]}}],"
                        + " 'usageMetadata': {'promptTokenCount': 1, 'candidatesTokenCount': 2}, 'modelVersion': 'g'}}");
        assertThat(told.form()).isEqualTo("gemini");
        assertThat(told.lines()).contains("assistant: a", "model g 1+2");
        assertThat(told.kept()).contains("q1");
    }

    @Test
    void aSessionOfQwenCodeHasGeminisPartsInATreeOfLines() {
        Told told = Told.of(Path.of("src/test/resources/inputs/qwen-code.jsonl"));

        assertThat(told.form()).isEqualTo("qwen-code");
        assertThat(told.lines())
                .containsExactly(
                        "run s1 = s1 by qwen-code",
                        "user u1: Which tests fail?",
                        "assistant u2 after u1: (thought), shell#c1 {'command':'mvn test'}",
                        "model qwen-x of u2 20+7 read 4 thought 2",
                        "tool u3 after u2: ->#c1 shell {'output':'1 failed'} failed by status",
                        "assistant u5 after u3: None.",
                        "assistant u7 after u3: (thought), One fails.",
                        "model qwen-x of u7 30+3",
                        "end s1 at u7");
        assertThat(told.kept()).contains("slash_command", "rewind", "\"cwd\":\"/w\"", "\"goes_on\"", "resultDisplay");
    }

    @Test
    void aSubAgentOfQwenCodeIsARunBelowItsSession() {
        Told told = Told.of(
                "agent.jsonl",
                "{'sessionId':'s','uuid':'a','parentUuid':null,'type':'user','isSidechain':true,'agentId':'x-1',"
                        + "'agentName':'Explore','message':{'role':'user','parts':[{'text':'look'}]}}",
                "{'sessionId':'s','uuid':'b','parentUuid':'a','type':'moon','isSidechain':true,'agentId':'x-1'}");

        assertThat(told.lines())
                .containsExactly("run s/x-1 = s/x-1 below s by Explore", "user a: look", "warned of type", "end s/x-1");
    }

    @Test
    void theChunksOfAStreamAreOneMessageOfTheModel() {
        Told told = Told.of(
                "stream.responses",
                "{'method':'generateContentStream','response':[{'usageMetadata':{'promptTokenCount':9}},"
                        + "{'candidates':[{'content':{'parts':[{'thought':true,'text':'hm'}]},'index':0}]},"
                        + "{'candidates':[{'content':{'parts':[{'text':'I '}],'role':'model'}}],"
                        + "'usageMetadata':{'promptTokenCount':9,'candidatesTokenCount':1}},"
                        + "{'candidates':[{'content':{'parts':[{'text':'look.'},{'functionCall':{'name':'ls','args':{}},"
                        + "'thoughtSignature':'c2ln'}]},'finishReason':'STOP'}],"
                        + "'usageMetadata':{'candidatesTokenCount':5},'modelVersion':'g'}]}",
                "{'method':'generateContent','response':{'candidates':[{'content':{'parts':[{'text':'ok'}]}},"
                        + "{'finishReason':'MALFORMED_FUNCTION_CALL'}]}}");

        assertThat(told.form()).isEqualTo("gemini");
        assertThat(told.lines())
                .containsExactly(
                        "run record-1",
                        "assistant: (thought), I look., ls#null {}",
                        "model g 9+5",
                        "end record-1",
                        "run record-2",
                        "assistant: ok",
                        "assistant: ",
                        "end record-2");
        assertThat(told.kept())
                .contains("generateContentStream", "c2ln", "MALFORMED", "'candidatesTokenCount':1}".replace('\'', '"'));
    }

    @Test
    void recordsWithOneResponseIdAreChunksOfOneAnswer() {
        Told told = Told.of(
                "stream.json",
                "[{'candidates':[{'content':{'parts':[{'text':'a'}],'role':'model'}}],'responseId':'r1'},",
                "{'candidates':[{'content':{'parts':[{'text':'b'}],'role':'model'}}],'responseId':'r1'},",
                "{'usageMetadata':{'promptTokenCount':2,'candidatesTokenCount':1},'responseId':'r1'},",
                "{'candidates':[{'content':{'parts':[{'text':'c'}],'role':'model'}}],'responseId':'r2'}]");

        assertThat(told.lines())
                .containsExactly(
                        "run record-1 = r1",
                        "assistant: ab",
                        "model null 2+1",
                        "end record-1",
                        "run record-4 = r2",
                        "assistant: c",
                        "end record-4");
    }

    @Test
    void aLineOfAQwenSessionWithoutMessagesIsKeptAtTheEnd() {
        Told told = Told.of(
                "q.jsonl",
                "{'uuid': 'a', 'parentUuid': null, 'sessionId': 's', 'type': 'user', 'message': {'role': 'user', 'parts':"
                        + " [{'text': 'q'}]}}",
                "{'uuid': 'b', 'parentUuid': 'a', 'sessionId': 'other', 'type': 'system', 'systemPayload': {'x': 'lost'}}");

        assertThat(told.form()).isEqualTo("qwen-code");
        assertThat(told.lines()).containsExactly("run s = s by qwen-code", "user a: q", "warned of sessionId", "end s");
        assertThat(told.kept()).contains("lost");
    }
}
