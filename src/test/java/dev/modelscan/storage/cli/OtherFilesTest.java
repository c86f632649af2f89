package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.ImportOptions;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import deletes and replaces nothing that another file told. */
class OtherFilesTest {

    private static final String THREAD = "{'type':'thread.started','thread_id':'t'}\n";

    @TempDir
    Path directory;

    @Test
    void theNextTurnOfATraceDeletesNoneBeforeIt() throws IOException {
        imported("a.json", span("s1", 1, "[" + said("user", "u1") + "]", said("assistant", "a1"), 10));
        String next = span(
                "s2",
                3,
                "[" + said("user", "u1") + "," + said("assistant", "a1") + "," + said("user", "u2") + "]",
                said("assistant", "a2"),
                30);
        Run second = imported("b.json", next);

        assertThat(second.err()).contains("the id c is that of another run");
        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(10L, 30L);
        assertThat(messages()).contains("u1", "a1", "u2", "a2");
        assertThat(imported("b.json", next).out()).contains("1 stored already");
    }

    @Test
    void aTurnThatBeginsWithTheWordsOfAnotherReplacesNoneOfIt() throws IOException {
        imported("a.jsonl", THREAD + item(0, "OK") + turn(100));
        Run second = imported("b.jsonl", THREAD + item(0, "OK, I changed it") + turn(250));

        assertThat(second.err()).contains("the id t is that of another run");
        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(100L, 250L);
        assertThat(messages()).containsExactlyInAnyOrder("OK", "OK, I changed it");
    }

    @Test
    void aTurnThatBeginsAsAnotherDeletesNoneOfItsCalls() throws IOException {
        imported("a.jsonl", THREAD + item(0, "Done.") + turn(100));
        imported("b.jsonl", THREAD + item(0, "Done.") + item(1, "More.") + turn(250));

        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(100L, 250L);
        assertThat(messages()).containsExactlyInAnyOrder("Done.", "More.");
    }

    @Test
    void numbersTellNoRunsApart() throws IOException {
        imported("a.jsonl", openHands("fix it", "by A", "more"));
        Run same = imported("b.jsonl", openHands("fix it", "by B", "less"));
        Run shorter = imported("c.jsonl", openHands("fix it", "by C"));

        assertThat(same.err()).contains("the id i is that of another run");
        assertThat(shorter.err()).contains("the id i is that of another run");
        assertThat(messages())
                .containsExactlyInAnyOrder("fix it", "by A", "more", "fix it", "by B", "less", "fix it", "by C");
    }

    @Test
    void aStreamChangesNothing() throws IOException {
        String first = "{'id':'r','messages':[{'role':'user','content':'go'},{'role':'assistant','content':'I wi";
        try (Database db = Database.open(database())) {
            for (String rest : List.of("'}]}\n", "ll'}]}\n")) {
                byte[] bytes = json(first + rest).getBytes(StandardCharsets.UTF_8);
                Input stream = Input.stream("-", new ByteArrayInputStream(bytes));
                assertThat(new FileImport(() -> db, stream, ImportOptions.DEFAULT)
                                .run()
                                .problem())
                        .isNull();
            }
        }

        assertThat(messages()).containsExactlyInAnyOrder("go", "I wi", "go", "I will");
    }

    @Test
    void aMessageThatAnotherFileTellsOtherwiseStays() throws IOException {
        imported("a.jsonl", line("u-1", "null", "go") + line("u-2", "'u-1'", "I wi"));
        String whole = line("u-1", "null", "go") + line("u-2", "'u-1'", "I will");
        Run copy = imported("b.jsonl", whole);

        assertThat(copy.err()).contains("the message u-2 differs from the stored one, which is kept");
        assertThat(messages()).containsExactlyInAnyOrder("go", "I wi");

        imported("a.jsonl", whole);
        assertThat(messages()).containsExactlyInAnyOrder("go", "I will");
    }

    @Test
    void onlyTheMessagesThatTheFileToldAreChanged() throws IOException {
        String go = "{'id':'r','messages':[{'role':'user','content':'go'}";
        imported("a.json", go + "]}");
        imported("b.json", go + ",{'role':'assistant','content':'I wi'}]}");
        Run changed = imported("b.json", go + ",{'role':'assistant','content':'I will'}]}");

        assertThat(changed.out()).contains("1 grown");
        assertThat(messages()).containsExactlyInAnyOrder("go", "I will");
    }

    @Test
    void aWindowOfTheSecondRunOfAnIdIsPartOfIt() throws IOException {
        imported("a.json", thread("a1", "a2"));
        imported("b.json", thread("b1", "b2"));
        Run window = imported("c.json", thread("b2", "b3"));

        assertThat(window.out()).contains("1 grown");
        assertThat(messages()).containsExactlyInAnyOrder("a1", "a2", "b1", "b2", "b3");
    }

    @Test
    void aCallOfWhichAnotherFileToldMoreStays() throws IOException {
        String run = "{'id':'r','messages':[{'role':'user','content':'go'}%s],'usage':{'prompt_tokens':%d}}\n";
        String answer = ",{'role':'assistant','content':'ok'}";
        imported("a.jsonl", run.formatted("", 500));
        Run grown = imported("b.jsonl", run.formatted(answer, 100));
        Run again = imported("b.jsonl", run.formatted(answer, 100));

        assertThat(grown.out()).contains("1 grown");
        assertThat(grown.err()).contains("another file told more tokens or cost of 1 call of a model, which is kept");
        assertThat(again.out()).contains("1 stored already");
        assertThat(again.err()).contains("another file told more tokens");
        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactly(500L);
        imported("c.jsonl", run.formatted(answer, 600));
        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactly(600L);
    }

    private static String thread(String first, String second) {
        String message = "{'type':'ai','id':'%s','content':'%s'}";
        return "{'thread_id':'w','messages':[" + message.formatted(first, first) + ","
                + message.formatted(second, second) + "]}";
    }

    private static String line(String id, String parent, String text) {
        return "{'type':'user','sessionId':'s','uuid':'" + id + "','parentUuid':" + parent
                + ",'message':{'role':'user','content':'" + text + "'}}\n";
    }

    private static String said(String role, String text) {
        return "{'role':'" + role + "','parts':[{'type':'text','content':'" + text + "'}]}";
    }

    private static String span(String id, int second, String input, String output, int tokens) {
        return "{'resourceSpans':[{'scopeSpans':[{'spans':[{'traceId':'" + id + "','spanId':'" + id
                + "','name':'chat m','startTimeUnixNano':'176732304" + second
                + "000000000','endTimeUnixNano':'176732304" + (second + 1) + "000000000','attributes':["
                + attribute("gen_ai.operation.name", "{'stringValue':'chat'}")
                + "," + attribute("gen_ai.request.model", "{'stringValue':'m'}")
                + "," + attribute("gen_ai.conversation.id", "{'stringValue':'c'}")
                + "," + attribute("gen_ai.usage.input_tokens", "{'intValue':'" + tokens + "'}")
                + "," + attribute("gen_ai.usage.output_tokens", "{'intValue':'5'}")
                + "," + attribute("gen_ai.input.messages", text(input))
                + "," + attribute("gen_ai.output.messages", text("[" + output + "]")) + "]}]}]}]}";
    }

    private static String text(String messages) {
        return "{'stringValue':'" + messages.replace("'", "\\'") + "'}";
    }

    private static String attribute(String key, String value) {
        return "{'key':'" + key + "','value':" + value + "}";
    }

    private static String item(int number, String text) {
        return "{'type':'item.completed','item':{'id':'item_" + number + "','type':'agent_message','text':'" + text
                + "'}}\n";
    }

    private static String turn(int tokens) {
        return "{'type':'turn.completed','usage':{'input_tokens':" + tokens + ",'output_tokens':" + tokens / 10
                + "}}\n";
    }

    private static String openHands(String... texts) {
        StringBuilder events = new StringBuilder();
        for (int i = 0; i < texts.length; i++) {
            events.append(i == 0 ? "" : ",")
                    .append("{'id':")
                    .append(i)
                    .append(",'source':'")
                    .append(i == 0 ? "user" : "agent")
                    .append("','action':'message','args':{'content':'")
                    .append(texts[i])
                    .append("'}}");
        }
        return "{'instance_id':'i','instruction':'fix','history':[" + events + "]}\n";
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private Run imported(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), json(text));
        Run run = MainTest.run("import", file.toString(), "--db", database());
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private List<ModelCall> calls() {
        try (Database db = Database.open(database())) {
            return db.modelCalls().list(10, 0);
        }
    }

    private List<String> messages() {
        try (Database db = Database.open(database())) {
            return db.messages().list(20, 0).stream().map(Message::content).toList();
        }
    }

    private String database() {
        return directory.resolve("runs.db").toString();
    }
}
