package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdkEvalFormTest {

    @Test
    void aCaseIsARun() {
        Told told = Told.of(
                "home.evalset.json",
                "{'eval_set_id': 'home', 'name': 'Home', 'eval_cases': [{'eval_id': 'lamp', 'conversation': [{'invocation_id': 'i1',",
                "'user_content': {'parts': [{'thought': null, 'text': 'off'}], 'role': 'user'}, 'final_response': {'parts':",
                "[{'text': 'It is off.'}], 'role': 'model'}, 'intermediate_data': {'tool_uses': [{'id': 'c', 'args': {'on': false},",
                "'name': 'set'}], 'tool_responses': [{'id': 'c', 'name': 'set', 'response': {'ok': true}}],",
                "'intermediate_responses': [['helper', [{'text': 'I look.'}]]], 'cost': 1}, 'creation_timestamp': 1747340791.7}],",
                "'session_input': {'app_name': 'house', 'user_id': 'u', 'state': {}}, 'creation_timestamp': 0.0}], 'description': null}");

        assertThat(told.form()).isEqualTo("adk-eval");
        assertThat(told.lines())
                .containsExactly(
                        "described",
                        "run case 1/1 = home/lamp by house named lamp",
                        "user i1: off",
                        "assistant i1/1 by house: set#c {'on':false}",
                        "tool i1/2: ->#c set {'ok':true} unknown",
                        "assistant i1/3 by helper: I look.",
                        "assistant i1/final by house: It is off.",
                        "end case 1/1");
        assertThat(told.kept()).contains("\"cost\":1", "\"thought\":null", "\"state\":{}");
    }

    @Test
    void eventsOfAnInvocationAreMessages() {
        Told told = Told.of(
                "case.json",
                "{'evalId': 'e', 'conversation': [{'userContent': 'hi', 'intermediateData': {'invocationEvents': [{'author': 'a',",
                "'content': {'parts': [{'functionCall': {'name': 'f', 'args': {}}}], 'role': 'model'}}, {'author': 'a', 'content':",
                "{'parts': [{'functionResponse': {'name': 'f', 'response': {'error': 'no'}}}], 'role': 'user'}}]}}]}");

        assertThat(told.lines())
                .containsExactly(
                        "run case 1 = e named e",
                        "user: hi",
                        "assistant by a: f#null {}",
                        "tool: ->#null f {'error':'no'} unknown",
                        "end case 1");
    }
}
