package dev.modelscan.storage.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.AgentDescribed;
import dev.modelscan.storage.cli.formats.Event.Described;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets are replaced, and all else comes through unchanged. */
class RedactionTest {

    private static final Place PLACE = new Place(1, 1, 0);
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    /** Events with a value in each component, so that one that is not copied is missed. */
    static List<Event> eventsWithoutSecrets() {
        Part.Call call = new Part.Call("c1", "search", json("input"), TIME, TIME.plusSeconds(1), json("call"));
        Part.Answer answer = new Part.Answer(
                "c1",
                "search",
                json("output"),
                Outcome.FAILED,
                "is_error",
                TIME,
                TIME.plusSeconds(1),
                Duration.ofMillis(900),
                "child");
        List<Part> parts = List.of(
                new Part.Text("text"),
                new Part.Reasoning(json("reasoning")),
                new Part.Media("image", "image/png", json("image")),
                new Part.Refusal("refusal"),
                call,
                answer,
                new Part.Other(json("other")));
        return List.of(
                new MessageRead("run", PLACE, "m1", "m0", Role.ASSISTANT, "author", TIME, parts, json("rest")),
                new RunStarted("run", PLACE, "external", "parent", "name", "agent", TIME, json("metadata")),
                new RunEnded("run", PLACE, "external", TaskStatus.FAILED, "error", TIME, "m1", json("rest")),
                new AgentDescribed(PLACE, "agent", json("metadata")),
                new Described(PLACE, json("metadata")),
                new ToolUsed("run", PLACE, "external", "agent", call, answer, json("rest")));
    }

    private static ObjectNode json(String value) {
        return JsonNodeFactory.instance.objectNode().put("key", value);
    }

    @ParameterizedTest
    @MethodSource("eventsWithoutSecrets")
    void changesNothingButSecrets(Event event) {
        assertThat(new Redaction(new Redactor(List.of())).of(event)).isEqualTo(event);
    }

    @Test
    void escapesChangeNothingThatCanBeStored() {
        MessageRead message = (MessageRead) eventsWithoutSecrets().get(0);

        assertThat(Escapes.of(message)).isEqualTo(message);
    }

    private static String redacted(String json) throws IOException {
        MessageRead message = MessageRead.builder("run", PLACE, Role.USER)
                .add(new Part.Media("file", null, Fields.MAPPER.readTree(json)))
                .build();
        MessageRead clean = (MessageRead) new Redaction(new Redactor(List.of(Pattern.compile("QUJD")))).of(message);
        return ((Part.Media) clean.parts().get(0)).json().toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"password: %s\"}}",
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/a.png?api_key=%s\"}}",
                "{\"type\":\"file\",\"pages\":[\"password: %s\"]}"
            })
    void textOfAFileIsRedacted(String json) throws IOException {
        assertThat(redacted(String.format(json, "abcdefgh12345678"))).isEqualTo(String.format(json, "[redacted]"));
    }

    @ParameterizedTest
    @CsvSource({"'', 1024, false", "'', 1020, true", "'data:image/png;base64,', 8, false"})
    void bytesOfAFileAreLeft(String prefix, int length, boolean isRedacted) throws IOException {
        String json = "{\"data\":\"" + prefix + "QUJD".repeat(length / 4) + "\"}";

        assertThat(redacted(json).equals(json)).isEqualTo(!isRedacted);
    }

    private static String redactedInput(String json) throws IOException {
        ObjectNode input = (ObjectNode) Fields.MAPPER.readTree(json.replace('\'', '"'));
        Redactor redactor = new Redactor(List.of());
        String clean = redactor.object(input).toString().replace('"', '\'');
        return redactor.count() + " " + clean;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'password':'correct-horse-battery-1'} | 1 {'password':'[redacted]'}",
                "{'env':{'OPENAI_API_KEY':'correct horse battery'}} | 1 {'env':{'OPENAI_API_KEY':'[redacted]'}}",
                "{'apiKey':'0123456789abcdef','token':'short'} | 1 {'apiKey':'[redacted]','token':'short'}",
                "{'max_tokens':'0123456789abcdef'} | 0 {'max_tokens':'0123456789abcdef'}",
                "{'a@example.com':1,'b@example.com':2} | 2 {'[redacted]':1,'[redacted] (1)':2}"
            })
    void aMemberThatIsCalledASecretIsRedacted(String json, String expected) throws IOException {
        assertThat(redactedInput(json)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"api_key\": \"%s\"}",
                "{\\\"api_key\\\": \\\"%s\\\"}",
                "{\\\\\\\"token\\\\\\\":\\\\\\\"%s\\\\\\\"}"
            })
    void jsonInTextIsRedacted(String json) {
        assertThat(new Redactor(List.of()).text(String.format(json, "abcdefgh12345678")))
                .isEqualTo(String.format(json, "[redacted]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accessToken",
                "apiKey",
                "APIKey",
                "clientSecret",
                "access-token",
                "X-Api-Key",
                "OPENAI_API_KEY",
                "AWS_SECRET_ACCESS_KEY",
                "openAiApiKey",
                "OpenAIApiKey",
                "DBPassword",
                "JWTToken",
                "privateKey",
                "db.password",
                "api key"
            })
    void aSecretsNameIsWrittenInManyWays(String name) throws IOException {
        String secret = "abcdefgh12345678";

        assertThat(redactedInput("{'" + name + "':'" + secret + "'}")).isEqualTo("1 {'" + name + "':'[redacted]'}");
        for (String text : List.of("%s: %s", "%s=%s", "{\"%s\":\"%s\"}", "export %s='%s'", "-H '%s: %s'")) {
            assertThat(new Redactor(List.of()).text(text.formatted(name, secret)))
                    .isEqualTo(text.formatted(name, "[redacted]"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bos_token", "eosToken", "pad-token", "nextPageToken", "page_token", "nextToken"})
    void tokensOfAVocabularyAndOfPagesAreNoSecrets(String name) throws IOException {
        String value = "abcdefgh12345678";

        assertThat(redactedInput("{'" + name + "':'" + value + "'}")).isEqualTo("0 {'" + name + "':'" + value + "'}");
        assertThat(new Redactor(List.of()).text(name + ": " + value)).isEqualTo(name + ": " + value);
    }

    @Test
    void codeThatAsksForASecretIsNone() {
        for (String code : List.of("accessToken = provider.getAccessToken()", "token=credentials.current(\"a\")")) {
            assertThat(new Redactor(List.of()).text(code)).isEqualTo(code);
        }
    }

    @Test
    void whoLogsInByAUrlIsRedacted() {
        Redactor redactor = new Redactor(List.of());

        assertThat(redactor.text("clone https://ann:hunter2@git.example.com/a.git, or http://localhost:8080/x@y"))
                .isEqualTo("clone https://[redacted]@git.example.com/a.git, or http://localhost:8080/x@y");
        assertThat(redactor.count()).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxTokens", "max_tokens", "tokenizer", "monkey", "passwordHint", "apiKeyId", "Secretary"})
    void otherNamesAreNoSecrets(String name) throws IOException {
        assertThat(redactedInput("{'" + name + "':'abcdefgh12345678'}"))
                .isEqualTo("0 {'" + name + "':'abcdefgh12345678'}");
        assertThat(new Redactor(List.of()).text(name + ": abcdefgh12345678")).isEqualTo(name + ": abcdefgh12345678");
    }
}
