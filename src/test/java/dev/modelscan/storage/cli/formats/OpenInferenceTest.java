package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OpenInferenceTest {

    @Test
    void itSaysTheSameInOtherWords() {
        Told told = Told.of(Path.of("src/test/resources/inputs/otlp-openinference.json"));

        assertThat(told.lines())
                .containsExactly(
                        "run oi-1 = oi-1 by weather",
                        "system: Be brief.",
                        "user: Weather in Paris?",
                        "assistant: I ask., get_weather#c1 {'city':'Paris'}",
                        "model m-1 20+6",
                        "tool: ->#c1 get_weather 'rain' success by status",
                        "assistant: It rains.",
                        "model m-1 40+3 read 10",
                        "end oi-1");
        assertThat(told.kept()).contains("openinference.project.name", "llm.token_count.prompt");
    }

    /** A program may tell the messages of one side alone. */
    @Test
    void whatOneSideHasInPlaceOfMessagesIsKept() {
        String attribute = "{'key': '%s', 'value': {'stringValue': '%s'}}";
        Told told = Told.of(
                "a.json",
                "{'resourceSpans': [{'scopeSpans': [{'spans': [{'traceId': '0af7651916cd43dd8448eb211c80319c',",
                "'spanId': '00000000000000a1', 'name': 'llm', 'startTimeUnixNano': '1767323045000000000',",
                "'endTimeUnixNano': '1767323046000000000', 'attributes': [",
                attribute.formatted("openinference.span.kind", "LLM") + ",",
                attribute.formatted("llm.input_messages.0.message.role", "user") + ",",
                attribute.formatted("llm.input_messages.0.message.content", "Capital?") + ",",
                attribute.formatted("llm.output_messages.0", "as text") + ",",
                attribute.formatted("output.value", "Paris") + "]}]}]}]}");

        assertThat(told.lines()).contains("user: Capital?", "assistant: Paris");
        assertThat(told.kept()).contains("as text");
    }
}
