package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BedrockFormTest {

    @Test
    void theLogOfInvocationsHoldsRequestAndResponse() {
        Told told = Told.of(Path.of("src/test/resources/inputs/bedrock.jsonl"));

        assertThat(told.form()).isEqualTo("bedrock");
        assertThat(told.lines())
                .containsExactly(
                        "run record 1 = br-1",
                        "system: Be brief.",
                        "user: Weather in Paris?",
                        "assistant: (thought), get_weather#tu1 {'city':'Paris'}",
                        "tool: ->#tu1 [{'json':{'sky':'rain'}}] success by status",
                        "assistant: It rains.",
                        "model m-1 40+4 read 8",
                        "end record 1");
        assertThat(told.kept())
                .contains(
                        "\"maxTokens\":100", "\"inputTokenCount\":40", "\"outputTokenCount\":4", "stopReason", "c2ln");
    }

    @Test
    void messagesRequestsAndResponsesAreRead() {
        String user =
                "{'role': 'user', 'content': [{'text': 'a'}, {'image': {'format': 'png', 'source': {'bytes': 'AA=='}}}]}";
        assertThat(Told.of("a.jsonl", user, "{'role': 'moon', 'content': [{'cachePoint': {}}]}")
                        .lines())
                .containsExactly(
                        "run messages 0",
                        "user: a, (image image/png)",
                        "warned of role",
                        "other: (other)",
                        "end messages 0");
        Told both = Told.of(
                "b.json",
                "{'request': {'modelId': 'm', 'messages': [" + user + "], 'toolConfig': {}}, 'response': {'output':",
                " {'message': {'role': 'assistant', 'content': [{'text': 'b'}]}}, 'usage': {'inputTokens': 1}}}");
        assertThat(both.lines())
                .containsExactly(
                        "run record 1", "user: a, (image image/png)", "assistant: b", "model m 1+null", "end record 1");
        assertThat(both.kept()).contains("toolConfig");
        assertThat(Told.of("c.json", "[[" + user + "]]").lines())
                .containsExactly("run record 1", "user: a, (image image/png)", "end record 1");
    }

    @Test
    void nothingIsLostOfWhatIsNoBody() {
        Told told = Told.of(
                "a.jsonl",
                "{'messages': [{'role': 'user', 'content': [{'text': 'Q'}]}], 'response': 'Hello!', 'input': 7}",
                "{'messages': [{'role': 'user', 'content': 'plain'}]}",
                "{'role': 'user', 'content': 'hi'}");

        assertThat(told.lines()).contains("user: Q", "user: plain", "user: hi");
        assertThat(told.kept()).contains("Hello!", "7");
    }

    @Test
    void textsWithoutATypeBesideCallsOfOthersAreTheirs() {
        assertThat(Told.of(
                                "a.json",
                                "[{'role': 'user', 'content': [{'text': 'a'}]}, {'role': 'assistant', 'content': '',",
                                "'function_call': {'name': 'f', 'arguments': '{}'}}]")
                        .form())
                .isNotEqualTo("bedrock");
    }

    @Test
    void partsWithATypeAreOfOtherFormsUnlessSomeHaveNone() {
        assertThat(Told.of("a.json", "[{'role': 'user', 'content': [{'type': 'text', 'text': 'a'}]}]")
                        .form())
                .isEqualTo("openai");
        assertThat(Told.of(
                                "b.json",
                                "{'output': {'message': {'role': 'assistant', 'content': [{'type': 'text', 'text': 'a'},"
                                        + " {'toolUse': {'toolUseId': 't', 'name': 'f', 'input': {}}}]}}}")
                        .lines())
                .containsExactly("run record 1", "assistant: a, f#t {}", "end record 1");
    }
}
