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
}
