package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AgentsStateFormTest {

    @Test
    void pythonsStateHoldsTheItemsOfAllAgents() {
        Told told = Told.of(Path.of("src/test/resources/inputs/agents-run-state.json"));

        assertThat(told.form()).isEqualTo("openai-agents-state");
        assertThat(told.lines())
                .containsExactly(
                        "run state 1 = trace_1 by Writer",
                        "user: What is x?",
                        "assistant rs_1 by Planner: (thought)",
                        "assistant fc_1 by Planner: lookup#c1 {'q':'x'}",
                        "tool: ->#c1 'found' unknown",
                        "assistant msg_1 by Writer: It is x.",
                        "assistant fc_2 by Writer: send#c2 {}",
                        "model null of fc_1 20+6 read 4 thought 2",
                        "model null of fc_2 30+5",
                        "end state 1");
        assertThat(told.kept()).contains("tool_approval_item", "next_step_interruption", "\"max_turns\":10");
        assertThat(told.kept().split("It is x", -1)).hasSize(2);
    }

    @Test
    void javaScriptsStateHoldsRunsOfAgentsThatAreTools() {
        Told told = Told.of(
                "state.json",
                "{'$schemaVersion': '1.2', 'currentAgent': {'name': 'Outer'}, 'originalInput': [{'role': 'user', 'content':",
                " 'go'}], 'modelResponses': [], 'generatedItems': [{'type': 'tool_call_item', 'agent': {'name': 'Outer'},",
                "  'rawItem': {'type': 'function_call', 'callId': 'c', 'name': 'inner', 'arguments': '{}'}},",
                " {'type': 'tool_call_output_item', 'output': 'x', 'rawItem': {'type': 'function_call_result', 'name': 'inner',",
                "  'callId': 'c', 'status': 'completed', 'output': {'type': 'text', 'text': 'x'}}}],",
                " 'pendingAgentToolRuns': {'inner:c': '{\\'$schemaVersion\\':\\'1.2\\',\\'originalInput\\':\\'sub\\'}'}}");

        assertThat(told.lines())
                .containsExactly(
                        "run state 1 by Outer",
                        "user: go",
                        "assistant by Outer: inner#c {}",
                        "tool: ->#c {'type':'text','text':'x'} unknown",
                        "end state 1",
                        "run state 1/inner:c below state 1",
                        "user: sub",
                        "end state 1/inner:c");
        assertThat(told.kept()).contains("function_call_result");
    }
}
