package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweAgentFormTest {

    @Test
    void callsByNameTakeTheTimeOfTheirStep() {
        Told told = Told.of(
                "a.traj",
                "{'environment': 'main', 'trajectory': [{'action': 'ls', 'observation': 'a b', 'response': 'look',"
                        + " 'thought': 'look',",
                "  'execution_time': 1.25, 'state': {'working_dir': '/w'}}, {'action': 'submit', 'observation': 'bye',",
                "  'response': 'end', 'thought': 'end', 'execution_time': 0.5}],",
                " 'history': [{'role': 'system', 'content': 's', 'agent': 'main', 'message_type': 'system_prompt'},",
                "  {'role': 'user', 'content': [{'type': 'text', 'text': 'fix'}], 'agent': 'main', 'message_type':"
                        + " 'observation'},",
                "  {'role': 'assistant', 'content': 'look', 'thought': 'look', 'action': 'ls', 'agent': 'main',"
                        + " 'message_type': 'action',",
                "   'tool_calls': [{'id': 'c1', 'type': 'function', 'function': {'name': 'bash', 'arguments':"
                        + " '{\\'command\\': \\'ls\\'}'}}]},",
                "  {'role': 'tool', 'content': 'a b', 'agent': 'main', 'message_type': 'observation', 'tool_call_ids':"
                        + " ['c1']}],",
                " 'info': {'exit_status': 'exit_cost', 'model_stats': {'instance_cost': 0.5, 'tokens_sent': 9,"
                        + " 'tokens_received': 2}}}");

        assertThat(told.form()).isEqualTo("swe-agent");
        assertThat(told.lines())
                .containsExactly(
                        "run run-1 by main",
                        "model null 9+2 cost 0.5",
                        "system: s",
                        "user: fix",
                        "assistant by main: look, bash#c1 {'command':'ls'}",
                        "tool: ->#c1 'a b' unknown",
                        "assistant: end, bash#null {'command':'submit'}",
                        "tool: ->#null bash 'bye' unknown",
                        "end run-1 failed because exit_status is exit_cost");
        assertThat(told.parts(Part.Answer.class))
                .extracting(Part.Answer::took)
                .containsExactly(Duration.ofMillis(1250), Duration.ofMillis(500));
        assertThat(told.kept()).contains("working_dir");
    }

    @Test
    void anActionThatIsTextIsACallOfTheShellButNotInADemonstration() {
        Told told = Told.of(
                "b.traj",
                "{'environment': 'e', 'trajectory': [{'action': 'ls', 'observation': 'x', 'response': 'r', 'thought':"
                        + " 't'}],",
                " 'history': [{'role': 'system', 'content': 's', 'agent': 'primary'},",
                "  {'role': 'user', 'content': 'demo', 'agent': 'primary', 'is_demo': true},",
                "  {'role': 'assistant', 'content': 'r', 'thought': 't', 'action': 'ls', 'agent': 'primary'},",
                "  {'role': 'user', 'content': 'x (prompt)', 'agent': 'primary'},",
                "  {'role': 'user', 'content': 'more', 'agent': 'primary'}], 'info': {'exit_status': 'submitted'}}");

        assertThat(told.lines())
                .containsExactly(
                        "run run-1 by primary",
                        "system: s",
                        "user: demo",
                        "assistant by primary: r, bash#null {'command':'ls'}",
                        "tool: ->#null bash 'x (prompt)' unknown",
                        "user: more",
                        "end run-1 completed");
        assertThat(told.kept()).contains("\"observation\":\"x\"", "\"role\":\"user\"");
    }

    @Test
    void aTimeThatNoRunTakesIsLeftOut() {
        for (String seconds : List.of("-1", "1e12", "1e400", "1e2000000000")) {
            assertThat(took(seconds)).as(seconds).containsExactly((Duration) null);
        }
        assertThat(took("1e-2000000000")).containsExactly(Duration.ZERO);
        assertThat(took("3e9")).containsExactly(Duration.ofSeconds(3_000_000_000L));
    }

    private static List<Duration> took(String seconds) {
        return Told.of(
                        "t.traj",
                        "{'trajectory': [{'action': 'ls', 'observation': 'x', 'thought': 't', 'execution_time': "
                                + seconds + "}]}")
                .parts(Part.Answer.class)
                .stream()
                .map(Part.Answer::took)
                .toList();
    }

    @Test
    void aFileOfStepsAloneIsReadFromThem() {
        Told told = Told.of(
                "c.traj",
                "{'trajectory': [{'action': 'ls', 'observation': 'x', 'thought': 't', 'execution_time': 1}]}");

        assertThat(told.lines())
                .containsExactly(
                        "run run-1",
                        "assistant: t, bash#null {'command':'ls'}",
                        "tool: ->#null bash 'x' unknown",
                        "end run-1");
    }

    @Test
    void theMiniAgentsChatHasItsCostAndExitCodeUnderExtra() {
        Told told = Told.of(
                "m.traj.json",
                "{'trajectory_format': 'mini-swe-agent-1.1', 'instance_id': 'i', 'info': {'exit_status': 'Submitted',"
                        + " 'mini_version': '2',",
                "  'config': {'model': {'model_name': 'm-1'}}, 'model_stats': {'instance_cost': 0.5}},",
                " 'messages': [{'role': 'system', 'content': 's'}, {'role': 'user', 'content': 'fix'},",
                "  {'role': 'assistant', 'content': 'look', 'extra': {'actions': [{'command': 'ls'}], 'cost': 0.25,"
                        + " 'timestamp': 1767323045.5,",
                "   'response': {'model': 'm-2', 'usage': {'prompt_tokens': 5, 'completion_tokens': 1}}}},",
                "  {'role': 'user', 'content': '<returncode>1</returncode>', 'extra': {'returncode': 1, 'timestamp':"
                        + " 1767323046}},",
                "  {'role': 'assistant', 'content': null, 'tool_calls': [{'id': 'c1', 'type': 'function', 'function':",
                "   {'name': 'bash', 'arguments': '{\\'command\\': \\'pwd\\'}'}}], 'extra': {'cost': 0.25}},",
                "  {'role': 'tool', 'tool_call_id': 'c1', 'content': '/w', 'extra': {'returncode': 0}},",
                "  {'role': 'exit', 'content': 'patch', 'extra': {'exit_status': 'Submitted'}}]}");

        assertThat(told.form()).isEqualTo("mini-swe-agent");
        assertThat(told.lines())
                .containsExactly(
                        "run run-1 = i by mini-swe-agent",
                        "system: s",
                        "user: fix",
                        "assistant: look, bash#null {'command':'ls'}",
                        "model m-2 5+1 cost 0.25",
                        "tool: ->#null bash '<returncode>1</returncode>' failed by returncode",
                        "assistant: bash#c1 {'command':'pwd'}",
                        "model m-1 null+null cost 0.25",
                        "tool: ->#c1 '/w' success by returncode",
                        "other: patch",
                        "end run-1 completed");
    }

    @Test
    void theMiniAgentsResponsesAreReadAsItems() {
        Told told = Told.of(
                "m.traj.json",
                "{'trajectory_format': 'mini-swe-agent-1.1', 'info': {}, 'messages': [{'object': 'response', 'id':"
                        + " 'r', 'output': [",
                "  {'type': 'function_call', 'call_id': 'c1', 'name': 'bash', 'arguments': '{}'}], 'extra': {}},",
                " {'type': 'function_call_output', 'call_id': 'c1', 'output': 'x', 'extra': {'returncode': 0}}]}");

        assertThat(told.lines())
                .containsExactly(
                        "run run-1 by mini-swe-agent",
                        "assistant: bash#c1 {}",
                        "tool: ->#c1 'x' success by returncode",
                        "end run-1");
    }

    @Test
    void theMiniAgentsOnlyActionInTextIsACall() {
        Told told = Told.of(
                "m.traj.json",
                "{'info': {'exit_status': 'Submitted', 'model_stats': {}}, 'messages': [",
                " {'role': 'assistant', 'content': 'look\\n```bash\\nls\\n```'},",
                " {'role': 'user', 'content': '<returncode>1</returncode>\\n<output></output>'},",
                " {'role': 'assistant', 'content': '```bash\\na\\n``` or ```bash\\nb\\n```'},",
                " {'role': 'user', 'content': 'only one, please'}]}");

        assertThat(told.lines())
                .contains("tool: ->#null bash '<returncode>1</returncode>\\n<output></output>' failed by returncode")
                .contains("user: only one, please")
                .anyMatch(line -> line.endsWith(", bash#null {'command':'ls'}"))
                .noneMatch(line -> line.contains("{'command':'a'}"));
    }
}
