package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.cli.exports.OtlpParts;
import dev.modelscan.storage.cli.exports.Run;
import dev.modelscan.storage.cli.exports.Scope;
import dev.modelscan.storage.cli.exports.StoredRuns;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What is exported as a trace is stored again as it was. */
class OtlpExportTest {

    @TempDir
    Path directory;

    @Test
    void aTraceIsReadBackEqual() throws IOException {
        comesBack(inputs(true));
    }

    @TestFactory
    Stream<DynamicTest> moreInputsAreReadBackEqual() throws IOException {
        return inputs(false).stream()
                .map(input -> DynamicTest.dynamicTest(input.getFileName().toString(), () -> comesBack(List.of(input))));
    }

    /** The inputs in this repository, or those beside it. */
    private static List<Path> inputs(boolean own) throws IOException {
        return InputsTest.all().stream()
                .filter(input -> input.startsWith("src") == own)
                .filter(input -> !input.getFileName().toString().matches(".*(README|expected).*"))
                .toList();
    }

    @Test
    void realRunsComeBack() throws IOException {
        comesBack(List.of(RecordedRuns.some(directory)));
    }

    private void comesBack(List<Path> inputs) throws IOException {
        String name = inputs.get(0).getFileName().toString();
        String first = directory.resolve(name + ".db").toString();
        String second = directory.resolve(name + ".again.db").toString();
        Path trace = directory.resolve(name + ".otlp.jsonl");
        List<String> imports = new ArrayList<>(List.of("import", "--db", first));
        inputs.forEach(input -> imports.add(input.toString()));
        assertThat(run(imports.toArray(new String[0])).code()).isZero();

        MainTest.Run exported = run("export", trace.toString(), "--format", "otlp", "--db", first);
        MainTest.Run stored = run("import", trace.toString(), "--db", second);

        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.err()).doesNotContain("times", "tokens");
        assertThat(stored.code()).as(stored.err()).isZero();
        assertThat(stored.err()).doesNotContain("warning: " + trace);
        List<String> before = told(first);
        List<String> after = told(second);
        assertThat(after.size()).isEqualTo(before.size());
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).isEqualTo(before.get(i));
        }
        for (String line : Files.readAllLines(trace)) {
            followsTheForm(Fields.MAPPER.readTree(line));
        }
    }

    private static void followsTheForm(JsonNode trace) {
        for (JsonNode span : trace.at("/resourceSpans/0/scopeSpans/0/spans")) {
            assertThat(span.path("traceId").asText()).matches("[0-9a-f]{32}");
            assertThat(span.path("spanId").asText()).matches("[0-9a-f]{16}");
            assertThat(span.path("name").asText()).matches("(invoke_agent|chat|execute_tool).*");
            assertThat(span.path("endTimeUnixNano").asText("0"))
                    .isGreaterThanOrEqualTo(span.path("startTimeUnixNano").asText("0"));
        }
    }

    /** What a trace can say of a database. */
    private static List<String> told(String database) {
        List<String> lines = new ArrayList<>();
        try (Database db = Database.open(database)) {
            new StoredRuns(db.dsl(), Scope.ALL, true).forEach(run -> tell(run, "", lines));
            for (ToolExecution used : Page.stream(db.toolExecutions()::list).toList()) {
                boolean timed = used.startedAt() != null && !used.startedAt().equals(used.createdAt());
                lines.add("used " + used.toolName() + "#" + used.callId() + " " + used.input() + " -> " + used.output()
                        + " " + used.status() + (timed ? " " + used.startedAt() + " " + used.completedAt() : ""));
            }
        }
        return lines.stream().sorted().toList();
    }

    private static void tell(Run run, String above, List<String> lines) {
        String name = above + "/" + run.started().externalId();
        RunEnded ended = Objects.requireNonNull(run.ended());
        lines.add(name + " " + run.started().name() + " by " + run.started().agent() + " "
                + run.started().startedAt() + " " + run.started().metadata() + " " + ended.completedAt() + " "
                + ended.status() + " " + ended.error());
        int position = 0;
        for (MessageRead message : run.messages()) {
            lines.add(name + " " + String.format("%04d", position++) + " " + message.externalId() + " "
                    + message.role() + " " + message.author() + " " + message.createdAt() + " "
                    + message.parts().stream()
                            .map(OtlpExportTest::tell)
                            .filter(Objects::nonNull)
                            .toList() + " " + message.rest());
        }
        List<String> shown =
                run.messages().stream().map(MessageRead::externalId).toList();
        for (ModelCalled call : run.calls()) {
            String wrote = shown.contains(call.messageId()) ? call.messageId() : null;
            lines.add(name + " called " + wrote + " " + call.externalId() + " " + call.model() + " "
                    + call.provider() + " " + call.usage() + " " + call.cost() + " " + call.currency() + " "
                    + call.startedAt() + " " + call.completedAt() + " " + call.finishReason());
        }
        run.children().forEach(child -> tell(child, name, lines));
    }

    private static @Nullable String tell(Part part) {
        if (part instanceof Part.Text text) {
            return text.text();
        } else if (part instanceof Part.Refusal refusal) {
            return refusal.text();
        } else if (part instanceof Part.Reasoning thought) {
            String text = OtlpParts.textOf(thought.json());
            return text == null ? null : "(" + text + ")";
        } else if (part instanceof Part.Call call) {
            return call.tool() + "#" + call.callId() + " " + call.input();
        } else if (part instanceof Part.Answer answer) {
            return "->#" + answer.callId() + " " + answer.output() + " " + answer.outcome();
        } else if (part instanceof Part.Media media) {
            return media.kind() + " " + media.mediaType();
        }
        return String.valueOf(((Part.Other) part).json());
    }

    private static MainTest.Run run(String... args) {
        return MainTest.run(args);
    }
}
