package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class InteractionsFormTest {

    @Test
    void anInteractionGoesOnWithTheRunOfTheOneBefore() {
        Told told = Told.of(Path.of("src/test/resources/inputs/gemini-interactions.jsonl"));

        assertThat(told.form()).isEqualTo("gemini-interactions");
        assertThat(told.lines())
                .containsExactly(
                        "run interaction 1 = gi-1",
                        "system: Be brief.",
                        "user: Weather in Paris?",
                        "assistant: (thought)",
                        "assistant: get_weather#fc1 {'city':'Paris'}",
                        "model m-1 20+6 thought 2",
                        "tool: ->#fc1 get_weather 'no such city' failed by is_error",
                        "assistant: I do not know.",
                        "model m-1 30+4 read 10",
                        "end interaction 1");
        assertThat(told.kept()).contains("\"previous_interaction_id\":\"gi-1\"", "\"tools\"", "c2ln", "annotations");
    }

    @Test
    void stepsMayHoldTheQuestionAndTheFirstVersionHadParts() {
        Told steps = Told.of(
                "a.json",
                "{'id': 'i', 'status': 'failed', 'agent': 'deep-research', 'error': {'message': 'late'}, 'steps': [",
                " {'type': 'user_input', 'content': [{'type': 'text', 'text': 'q'}]},",
                " {'type': 'google_search_call', 'id': 'g', 'arguments': {'queries': ['q']}},",
                " {'type': 'google_search_result', 'call_id': 'g', 'result': [{'title': 't'}]},",
                " {'type': 'model_output', 'content': [{'type': 'text', 'text': 'a'}, {'type': 'image', 'mime_type':",
                " 'image/png', 'data': 'AA=='}]}]}");
        assertThat(steps.lines())
                .containsExactly(
                        "run interaction 1 = i by deep-research",
                        "user: q",
                        "assistant: google_search#g {'queries':['q']}",
                        "tool: ->#g [{'title':'t'}] unknown",
                        "assistant: a, (image image/png)",
                        "end interaction 1 failed because late");
        Told parts = Told.of(
                "b.json",
                "{'id': 'i', 'object': 'interaction', 'input': 'q', 'outputs': [{'type': 'text', 'text': 'a'}, {'type': 'new'}]}");
        assertThat(parts.lines())
                .containsExactly(
                        "run interaction 1 = i", "user: q", "assistant: a", "assistant: (other)", "end interaction 1");
    }
}
