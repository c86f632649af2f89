package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtlpFormTest {

    private static String span(
            String id, String parent, String operation, int start, String more, String... attributes) {
        List<String> list = new ArrayList<>();
        list.add("{'key': 'gen_ai.operation.name', 'value': {'stringValue': '" + operation + "'}}");
        for (int i = 0; i < attributes.length; i += 2) {
            list.add("{'key': '" + attributes[i] + "', 'value': {" + attributes[i + 1] + "}}");
        }
        return "{'traceId': 'tr', 'spanId': '" + id + "', 'parentSpanId': '" + parent + "', 'name': '" + operation
                + " x',"
                + " 'startTimeUnixNano': '17673230" + start + "000000000', 'endTimeUnixNano': '17673230" + start
                + "500000000', "
                + more + " 'attributes': [" + String.join(",", list) + "]}";
    }

    private static String trace(String... spans) {
        return "{'resourceSpans': [{'resource': {'attributes': [{'key': 'service.name', 'value': {'stringValue':"
                + " 'demo'}}]}, 'scopeSpans': [{'scope': {'name': 'lib'}, 'spans': [" + String.join(",", spans)
                + "]}]}]}";
    }

    private static String json(String text) {
        return "'stringValue': '" + text.replace("`", "\\'") + "'";
    }

    @Test
    void agentsThatAreEachOthersParentsAreTold() {
        Told told = Told.of(
                "traces.jsonl",
                trace(
                        span("s1", "s2", "invoke_agent", 45, "", "gen_ai.agent.name", "'stringValue': 'a'"),
                        span("s2", "s1", "invoke_agent", 46, "", "gen_ai.agent.name", "'stringValue': 'b'"),
                        span("s3", "s3", "invoke_agent", 47, "", "gen_ai.agent.name", "'stringValue': 'c'")));

        assertThat(told.lines()).filteredOn(line -> line.startsWith("run ")).hasSize(3);
        assertThat(told.lines()).filteredOn(line -> line.startsWith("end ")).hasSize(3);
    }

    @Test
    void theHistoryThatEachCallRepeatsIsToldOnce() {
        String user = "{`role`:`user`,`parts`:[{`type`:`text`,`content`:`go`}]}";
        String call = "{`role`:`assistant`,`parts`:[{`type`:`tool_call`,`id`:`c1`,`name`:`move`,`arguments`:{`dx`:1}}]";
        String answer = "{`role`:`tool`,`parts`:[{`type`:`tool_call_response`,`id`:`c1`,`response`:`moved`}]}";
        Told told = Told.of(
                "traces.jsonl",
                trace(span(
                        "s3",
                        "s1",
                        "chat",
                        48,
                        "",
                        "gen_ai.response.model",
                        "'stringValue': 'm-1'",
                        "gen_ai.usage.input_tokens",
                        "'intValue': '20'",
                        "gen_ai.input.messages",
                        json("[" + user + "," + call + "}," + answer + "]"),
                        "gen_ai.output.messages",
                        json("[{`role`:`assistant`,`parts`:[{`type`:`reasoning`,`content`:`hm`},"
                                + "{`type`:`text`,`content`:`done`}],`finish_reason`:`stop`}]"))),
                trace(
                        span(
                                "s1",
                                "",
                                "invoke_agent",
                                45,
                                "'status': {'code': 2, 'message': 'gave up'},",
                                "gen_ai.agent.name",
                                "'stringValue': 'walker'",
                                "gen_ai.output.messages",
                                json("[{`role`:`assistant`,`parts`:[{`type`:`reasoning`,`content`:`hm`},"
                                        + "{`type`:`text`,`content`:`done`}]}]")),
                        span(
                                "s2",
                                "s1",
                                "chat",
                                46,
                                "",
                                "gen_ai.request.model",
                                "'stringValue': 'm-1'",
                                "gen_ai.system_instructions",
                                json("[{`type`:`text`,`content`:`be kind`}]"),
                                "gen_ai.usage.input_tokens",
                                "'intValue': '12'",
                                "gen_ai.usage.output_tokens",
                                "'intValue': 5",
                                "gen_ai.input.messages",
                                json("[" + user + "]"),
                                "gen_ai.output.messages",
                                json("[" + call + ",`finish_reason`:`tool_call`}]")),
                        span(
                                "t1",
                                "s1",
                                "execute_tool",
                                47,
                                "",
                                "gen_ai.tool.name",
                                "'stringValue': 'move'",
                                "gen_ai.tool.call.id",
                                "'stringValue': 'c1'")));

        assertThat(told.form()).isEqualTo("otlp");
        assertThat(told.lines())
                .containsExactly(
                        "run tr = tr by walker",
                        "system: be kind",
                        "user: go",
                        "assistant: move#c1 {'dx':1}",
                        "model m-1 12+5",
                        "tool: ->#c1 move 'moved' unknown",
                        "assistant: (thought), done",
                        "model m-1 20+null",
                        "end tr failed because gave up");
        assertThat(told.kept()).contains("\"service.name\":\"demo\"", "\"lib\"");
    }

    @Test
    void aToolsSpanSaysHowItsCallEndedEvenIfNoMessageDoes() {
        Told told = Told.of(
                "trace.json",
                trace(
                        span(
                                "s1",
                                "",
                                "chat",
                                45,
                                "",
                                "gen_ai.output.messages",
                                json(
                                        "[{`role`:`assistant`,`parts`:[{`type`:`tool_call`,`id`:`c1`,`name`:`f`,`arguments`:`{}`}]}]")),
                        span(
                                "t1",
                                "s1",
                                "execute_tool",
                                46,
                                "'status': {'code': 'STATUS_CODE_ERROR'},",
                                "gen_ai.tool.name",
                                "'stringValue': 'f'",
                                "gen_ai.tool.call.id",
                                "'stringValue': 'c1'"),
                        span(
                                "t2",
                                "s1",
                                "execute_tool",
                                47,
                                "",
                                "gen_ai.tool.name",
                                "'stringValue': 'g'",
                                "error.type",
                                "'stringValue': 'timeout'",
                                "gen_ai.tool.call.arguments",
                                json("{`a`:1}"),
                                "gen_ai.tool.call.result",
                                json("late"))));

        assertThat(told.lines())
                .containsExactly(
                        "run tr = tr",
                        "assistant: f#c1 {}, ->#c1 f nothing failed by status",
                        "used g#null {'a':1}, ->#null g 'late' failed by error.type",
                        "end tr");
    }

    @Test
    void aToolsSpanWithoutAnIdIsThatOfTheNextCallOfTheTool() {
        String calls = "[{`role`:`assistant`,`parts`:[{`type`:`tool_call`,`id`:`c1`,`name`:`f`},{`type`:`tool_call`,"
                + "`id`:`c2`,`name`:`f`},{`type`:`tool_call`,`name`:`g`}]}]";
        String answers = "[{`role`:`tool`,`parts`:[{`type`:`tool_call_response`,`id`:`c1`,`response`:`one`}]},"
                + "{`role`:`tool`,`parts`:[{`type`:`tool_call_response`,`id`:`c2`,`response`:{`error`:`bad`}}]},"
                + "{`role`:`tool`,`parts`:[{`type`:`tool_call_response`,`response`:`three`}]}]";
        String f = "'stringValue': 'f'";
        Told told = Told.of(
                "trace.json",
                trace(
                        span("s1", "", "chat", 45, "", "gen_ai.output.messages", json(calls)),
                        span(
                                "t1",
                                "",
                                "execute_tool",
                                46,
                                "",
                                "gen_ai.tool.name",
                                f,
                                "error.type",
                                "'stringValue': 'timeout'"),
                        span("t2", "", "execute_tool", 47, "", "gen_ai.tool.name", f),
                        span(
                                "t3",
                                "",
                                "execute_tool",
                                48,
                                "'status': {'code': 1},",
                                "gen_ai.tool.name",
                                "'stringValue': 'g'"),
                        span("s2", "", "chat", 49, "", "gen_ai.input.messages", json(answers))));

        assertThat(told.lines())
                .containsExactly(
                        "run tr = tr",
                        "assistant: f#c1 nothing, f#c2 nothing, g#null nothing",
                        "tool: ->#c1 f 'one' failed by error.type",
                        "tool: ->#c2 f {'error':'bad'} failed by output.error",
                        "tool: ->#null g 'three' success by status",
                        "end tr");
    }

    @Test
    void anAgentBelowAnotherIsARunOfItsOwnAndAConversationJoinsTraces() {
        Told told = Told.of(
                "trace.json",
                trace(
                        span(
                                "s1",
                                "",
                                "invoke_agent",
                                45,
                                "",
                                "gen_ai.agent.name",
                                "'stringValue': 'up'",
                                "gen_ai.conversation.id",
                                "'stringValue': 'cv'"),
                        span("s2", "s1", "execute_tool", 46, "", "gen_ai.tool.name", "'stringValue': 'ask'"),
                        span("s3", "s2", "invoke_agent", 47, "", "gen_ai.agent.name", "'stringValue': 'down'"),
                        span("s4", "s3", "chat", 48, "", "gen_ai.request.model", "'stringValue': 'm'"),
                        span(
                                "s5",
                                "",
                                "chat",
                                49,
                                "",
                                "gen_ai.conversation.id",
                                "'stringValue': 'cv'",
                                "gen_ai.request.model",
                                "'stringValue': 'n'")));

        assertThat(told.lines())
                .containsExactly(
                        "run cv = cv by up",
                        "model n null+null",
                        "used ask#null nothing, ->#null ask nothing unknown",
                        "end cv",
                        "run tr/s3 = tr/s3 below cv by down",
                        "model m null+null",
                        "end tr/s3");
    }

    @Test
    void messagesAsEventsAreReadToo() {
        Told told = Told.of(
                "trace.json",
                trace(span(
                        "s1",
                        "",
                        "chat",
                        45,
                        "'events': [{'name': 'gen_ai.system.message', 'attributes': [{'key': 'content', 'value':"
                                + " {'stringValue': 'be kind'}}]},{'name': 'gen_ai.user.message', 'attributes': [{'key':"
                                + " 'content', 'value': {'stringValue': 'go'}}]},{'name': 'gen_ai.assistant.message',"
                                + " 'attributes': [{'key': 'tool_calls', 'value': {"
                                + json("[{`id`:`c1`,`function`:{`name`:`f`,`arguments`:`{}`}}]") + "}}]},{'name':"
                                + " 'gen_ai.tool.message',"
                                + " 'attributes':"
                                + " [{'key': 'id',"
                                + " 'value':"
                                + " {'stringValue':"
                                + " 'c1'}}, {'key':"
                                + " 'content',"
                                + " 'value':"
                                + " {'stringValue':"
                                + " 'x'}}]},{'name':"
                                + " 'gen_ai.choice',"
                                + " 'attributes':"
                                + " [{'key':"
                                + " 'message',"
                                + " 'value': {"
                                + json("{`content`:`done`}")
                                + "}}, {'key': 'finish_reason', 'value': {'stringValue': 'stop'}}]}],",
                        "gen_ai.request.model",
                        "'stringValue': 'm'")));

        assertThat(told.lines())
                .containsExactly(
                        "run tr = tr",
                        "system: be kind",
                        "user: go",
                        "assistant: f#c1 {}",
                        "tool: ->#c1 'x' unknown",
                        "assistant: done",
                        "model m null+null",
                        "end tr");
    }

    private static String details(String input, String output, int tokens) {
        return "'attributes': [{'key': 'gen_ai.operation.name', 'value': {'stringValue': 'chat'}}, {'key':"
                + " 'gen_ai.usage.input_tokens', 'value': {'intValue': '" + tokens + "'}}, {'key':"
                + " 'gen_ai.input.messages', 'value': {" + json("[" + input + "]") + "}}, {'key':"
                + " 'gen_ai.output.messages', 'value': {" + json("[" + output + "]") + "}}]";
    }

    private static String said(String role, String text) {
        return "{`role`:`" + role + "`,`parts`:[{`type`:`text`,`content`:`" + text + "`}]}";
    }

    @Test
    void eachOfSeveralDetailsOfASpanIsACall() {
        String name = "gen_ai.client.inference.operation.details";
        String first = details(said("user", "go"), said("assistant", "left"), 5);
        String second = details(
                said("user", "go") + "," + said("assistant", "left") + "," + said("user", "on"),
                said("assistant", "right"),
                9);
        String log = "{'traceId': 'tr', 'spanId': 's1', 'eventName': '" + name + "', %s}";
        String logs = "{'resourceLogs': [{'scopeLogs': [{'logRecords': [" + log.formatted(first) + ","
                + log.formatted(second) + "]}]}]}";
        String events =
                "'events': [{'name': '" + name + "', " + first + "}, {'name': '" + name + "', " + second + "}],";
        String agent = span("s1", "", "invoke_agent", 45, "", "gen_ai.agent.name", "'stringValue': 'walker'");

        for (Told told : List.of(
                Told.of("logs.jsonl", trace(span("s1", "", "POST", 45, "")), logs),
                Told.of("agent.jsonl", trace(agent), logs),
                Told.of("alone.jsonl", logs),
                Told.of("events.jsonl", trace(span("s1", "", "POST", 45, events))))) {
            assertThat(told.lines().stream()
                            .filter(line -> !line.startsWith("run ") && !line.startsWith("end "))
                            .map(line -> line.replace(" by walker", "")))
                    .containsExactly(
                            "user: go",
                            "assistant: left",
                            "model null 5+null",
                            "user: on",
                            "assistant: right",
                            "model null 9+null");
        }
    }

    @Test
    void messagesInLogsAndInNumberedAttributesAreReadToo() {
        Told logs = Told.of(
                "logs.jsonl",
                trace(span("s1", "", "chat", 45, "", "gen_ai.request.model", "'stringValue': 'm'")),
                "{'resourceLogs': [{'scopeLogs': [{'logRecords': [{'traceId': 'tr', 'spanId': 's1', 'eventName':"
                        + " 'gen_ai.user.message', 'body': {'kvlistValue': {'values': [{'key': 'content', 'value':"
                        + " {'stringValue': 'go'}}]}}}]}]}]}");
        assertThat(logs.lines()).contains("user: go");

        Told numbered = Told.of(
                "trace.json",
                trace(span(
                        "s1",
                        "",
                        "chat",
                        45,
                        "",
                        "gen_ai.prompt.0.role",
                        "'stringValue': 'user'",
                        "gen_ai.prompt.0.content",
                        "'stringValue': 'go'",
                        "gen_ai.completion.0.role",
                        "'stringValue': 'assistant'",
                        "gen_ai.completion.0.tool_calls.0.id",
                        "'stringValue': 'c1'",
                        "gen_ai.completion.0.tool_calls.0.name",
                        "'stringValue': 'f'",
                        "gen_ai.completion.0.tool_calls.0.arguments",
                        json("{`a`:1}"))));
        assertThat(numbered.lines()).contains("user: go", "assistant: f#c1 {'a':1}");
    }

    @Test
    void anAnswerThatComesBackWithoutItsReasoningIsTheSame() {
        String call = "{`type`:`tool_call`,`id`:`c1`,`name`:`f`,`arguments`:{}}";
        Told told = Told.of(
                "trace.json",
                trace(
                        span(
                                "s1",
                                "",
                                "chat",
                                41,
                                "",
                                "gen_ai.input.messages",
                                json("[{`role`:`user`,`parts`:[{`type`:`text`,`content`:`go`}]}]"),
                                "gen_ai.output.messages",
                                json("[{`role`:`assistant`,`parts`:[{`type`:`reasoning`,`content`:`hm`}," + call
                                        + "]}]")),
                        span(
                                "s2",
                                "",
                                "chat",
                                43,
                                "",
                                "gen_ai.input.messages",
                                json("[{`role`:`user`,`parts`:[{`type`:`text`,`content`:`go`}]},"
                                        + "{`role`:`assistant`,`parts`:[" + call + "]},{`role`:`tool`,`parts`:["
                                        + "{`type`:`tool_call_response`,`id`:`c1`,`response`:`r`}]}]"))));
        assertThat(told.lines())
                .filteredOn(line -> line.startsWith("assistant"))
                .containsExactly("assistant: (thought), f#c1 {}");
    }

    @Test
    void messagesMayBeWrittenAsTheyWereSent() {
        Told told = Told.of(
                "trace.json",
                trace(span(
                        "s1",
                        "",
                        "chat",
                        41,
                        "",
                        "gen_ai.input.messages",
                        json("[{`role`:`user`,`content`:`one`},{`role`:`user`,`content`:`two`},{`role`:`assistant`,"
                                + "`content`:null,`tool_calls`:[{`id`:`c1`,`function`:{`name`:`f`,`arguments`:`{}`}}]},"
                                + "{`role`:`tool`,`tool_call_id`:`c1`,`content`:`r`}]"),
                        "gen_ai.output.messages",
                        json("[{`role`:`assistant`,`content`:[{`type`:`text`,`text`:`fin`}]}]"))));
        assertThat(told.lines())
                .contains("user: one", "user: two", "assistant: f#c1 {}", "assistant: fin")
                .anyMatch(line -> line.startsWith("tool: ->#c1"));

        Told whole = Told.of(
                "trace.json",
                trace(span(
                        "s1",
                        "",
                        "chat",
                        41,
                        "",
                        "gen_ai.prompt",
                        json("[{`role`:`user`,`content`:`go`}]"),
                        "gen_ai.completion",
                        "'stringValue': 'went'")));
        assertThat(whole.lines()).contains("user: go", "assistant: went");
    }

    @Test
    void whatTheServiceRanItselfIsAnsweredInTheSameMessage() {
        String said = "{`role`:`assistant`,`parts`:[{`type`:`server_tool_call`,`id`:`c`,`name`:`web_search`,"
                + "`server_tool_call`:{`type`:`web_search`,`query`:`q`}},"
                + "{`type`:`server_tool_call_response`,`id`:`c`,`server_tool_call_response`:{`status`:`ok`}}]}";
        Told told = Told.of(
                "traces.jsonl",
                trace(span("s1", "", "chat", 48, "", "gen_ai.output.messages", json("[" + said + "]"))));

        assertThat(told.lines())
                .contains("assistant: web_search#c {'type':'web_search','query':'q'}, ->#c {'status':'ok'} unknown");
    }
}
