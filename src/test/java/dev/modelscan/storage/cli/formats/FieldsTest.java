package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members as other programs write them: numbers and flags as text, times in many forms. */
class FieldsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'2026-01-02T03:04:05Z'",
                "'2026-01-02T05:04:05+02'",
                "'2026-01-02T05:04:05+0200'",
                "'2026-01-01T22:04:05 -05:00'",
                "'2026-01-02 03:04:05'",
                "'2026/01/02 03:04:05 UTC'",
                "'2026-01-02t03:04:05z'",
                "'20260102T030405Z'",
                "'2026-01-02T03:04:05,000Z'",
                "'2026-01-02T03:04:05.000000000000Z[UTC]'",
                "'Fri, 2 Jan 2026 03:04:05 GMT'",
                "1767323045",
                "1767323045000",
                "1.767323045E9",
                "'1767323045000000'",
                "'1767323045000000000'"
            })
    void readsTimes(String written) {
        assertThat(Fields.time(json(written))).hasToString("2026-01-02T03:04:05Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'2026-01-02'",
                "'yesterday, at noon or so'",
                "12.5",
                "-1767323045",
                "1e300",
                "true",
                "null",
                "'2026-13-02T03:04:05Z'",
                "'+10000-01-01T00:00:00Z'",
                "'9999-12-31T23:59:59-01:00'",
                "''"
            })
    void readsNothingElseAsATime(String written) {
        assertThat(Fields.time(json(written))).isNull();
    }

    @Test
    void readsNumbersThatAreText() {
        JsonNode usage = json("{'a': '12', 'b': ' 3.0 ', 'c': 'many', 'd': 1e30, 'e': '-0.25', 'f': 1e-999999999}");

        assertThat(Fields.count(usage, "a")).isEqualTo(12);
        assertThat(Fields.count(usage, "b")).isEqualTo(3);
        assertThat(Fields.count(usage, "c", "d")).isNull();
        assertThat(Fields.count(usage, "f")).isZero();
        assertThat(Fields.number(usage, "c", "e")).isEqualByComparingTo("-0.25");
    }

    @Test
    void readsFlagsThatAreTextOrNumbers() {
        assertThat(flag("{'is_error': 'false'}")).isEqualTo("SUCCESS is_error");
        assertThat(flag("{'is_error': 'True'}")).isEqualTo("FAILED is_error");
        assertThat(flag("{'is_error': 1}")).isEqualTo("FAILED is_error");
        assertThat(flag("{'error': 'no such file'}")).isEqualTo("FAILED error");
        assertThat(flag("{'success': 'false'}")).isEqualTo("FAILED success");
        assertThat(flag("{'content': [{'type': 'text', 'text': '{\\'error\\': \\'denied\\'}'}]}"))
                .isEqualTo("FAILED output.error");
        assertThat(flag("{'content': '{\\'isError\\': true, \\'content\\': []}'}"))
                .isEqualTo("FAILED output.isError");
        assertThat(flag("{'content': '{\\'error\\': \\'\\', \\'status\\': \\'cancelled\\'}'}"))
                .isEqualTo("UNKNOWN ");
    }

    private static String flag(String message) {
        JsonNode json = json(message);
        Flag flag = Flag.of(json, json.path("content"));
        return flag.outcome() + " " + flag.name();
    }

    @Test
    void readsVerdictsThatAreText() {
        assertThat(status("{'reward': '1.0'}")).isEqualTo(TaskStatus.COMPLETED);
        assertThat(status("{'reward': '0.5'}")).isEqualTo(TaskStatus.FAILED);
        assertThat(status("{'resolved': 'False'}")).isEqualTo(TaskStatus.FAILED);
        assertThat(status("{'exit_status': '0'}")).isEqualTo(TaskStatus.COMPLETED);
        assertThat(status("{'exit_status': '137'}")).isEqualTo(TaskStatus.FAILED);
        assertThat(status("{'exit_status': true}")).isEqualTo(TaskStatus.COMPLETED);
        assertThat(status("{'reward': 'high', 'success': null}")).isNull();
    }

    private static @Nullable TaskStatus status(String record) {
        return Outcomes.status(json(record));
    }

    private static JsonNode json(String text) {
        try {
            return Fields.MAPPER.readTree(text.replace("\\'", "\\\"").replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
