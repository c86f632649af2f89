package dev.modelscan.storage.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tools.DecidedBy;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records that are odd, and kept. */
class OddImportTest {

    private static final String CALL =
            "{'role':'assistant','name':'solver','content':null,'tool_calls':[{'id':'c','type':"
                    + "'function','function':{'name':'f','arguments':'{}'}}]}";
    private static final String ANSWER = "{'role':'tool','tool_call_id':'c','content':'42'}";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages':[{'role':'user','content':'q'}," + ANSWER + "," + CALL + "]}",
                "{'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'c','content':'42'}]},"
                        + "{'role':'assistant','content':[{'type':'tool_use','id':'c','name':'f','input':{}}]}]}",
                "[{'type':'message','role':'user','content':'q'},{'type':'function_call_output','call_id':'c','output':'42'},"
                        + "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'}]",
                "[{'type':'human','content':'q'},{'type':'tool','tool_call_id':'c','content':'42'},"
                        + "{'type':'ai','content':'','tool_calls':[{'id':'c','name':'f','args':{}}]}]",
                "{'contents':[{'role':'user','parts':[{'functionResponse':{'id':'c','response':{'r':'42'}}}]},"
                        + "{'role':'model','parts':[{'functionCall':{'id':'c','name':'f','args':{}}}]}]}",
                "{'sessionId':'s','uuid':'a','parentUuid':null,'type':'user','message':{'role':'user','content':[{'type':"
                        + "'tool_result','tool_use_id':'c','content':'42'}]}}\n{'sessionId':'s','uuid':'b','parentUuid':'a','type':"
                        + "'assistant','message':{'role':'assistant','content':[{'type':'tool_use','id':'c','name':'f','input':{}}]}}"
            })
    void anAnswerBeforeItsCallBelongsToIt(String text) throws IOException {
        Run run = run(write(text), "--strict");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        try (Database db = open()) {
            ToolExecution execution = onlyExecution(db);
            assertThat(execution.status()).isEqualTo(ToolExecutionStatus.SUCCESS);
            assertThat(execution.output().toString()).contains("42");
            Message answer = db.messages().get(execution.answerMessageId());
            assertThat(answer.senderId()).isEqualTo(execution.agentId());
        }
    }

    @Test
    void aSessionMayGrowByTheCallOfAnAnswer() throws IOException {
        Path file = write("{'id':'s','messages':[" + ANSWER + "]}");
        assertThat(run(file).err()).contains("answers no open call with the id c; kept as a message");
        write("{'id':'s','messages':[" + ANSWER + "," + CALL + "]}");

        Run grown = run(file);

        assertThat(grown.err()).isEmpty();
        try (Database db = open()) {
            assertThat(db.stats().rows()).containsEntry("messages", 2L);
            assertThat(onlyExecution(db).answerMessageId()).isNotNull();
        }
        assertThat(run(file).out()).contains("0 messages and 0 calls of tools");
    }

    @Test
    void aCallIsAnsweredByWhatFollowsIt() throws IOException {
        Run run = run(write("{'messages':[" + ANSWER.replace("42", "early") + "," + CALL + "," + ANSWER + "]}"));

        assertThat(run.err()).contains("message 1 (tool) is a second answer to the call with the id c");
        try (Database db = open()) {
            assertThat(onlyExecution(db).output()).isEqualTo(Json.parse("\"42\""));
        }
    }

    @Test
    void equalAnswersInOneMessageBelongToTheirOwnCalls() throws IOException {
        String answer = "{'type':'tool_result','tool_use_id':'c','content':'42'}";
        String call = "{'type':'tool_use','id':'c','name':'f','input':{}}";

        Run run = run(write("{'messages':[{'role':'assistant','content':[" + call + "," + call
                + "]},{'role':'user','content':[" + answer + "," + answer + "]}]}"));

        assertThat(run.err()).isEmpty();
        try (Database db = open()) {
            assertThat(db.toolExecutions().list(10, 0))
                    .hasSize(2)
                    .allMatch(execution -> execution.status() == ToolExecutionStatus.SUCCESS);
        }
    }

    @Test
    void anEmptyIdIsNone() throws IOException {
        Run run = run(write("{'messages':[" + CALL.replace("'c'", "''") + "," + ANSWER + "]}"));

        assertThat(run.err()).isEmpty();
        try (Database db = open()) {
            assertThat(onlyExecution(db).status()).isEqualTo(ToolExecutionStatus.SUCCESS);
        }
    }

    @Test
    void bytesThatAreNotUtf8AreKeptAsEscapes() throws IOException {
        Path file = directory.resolve("odd.jsonl");
        String good = "{\"id\":\"good\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n";
        // An e with an accent in ISO 8859-1, a character that is cut off, and one that is longer than it may be.
        String odd =
                "{\"id\":\"odd\",\"messages\":[{\"role\":\"user\",\"content\":\"caf\u00e9 \u00e2\u0082 \u00c0\u00af "
                        + "\u00c3\u00a9\"}]}\n";
        Files.write(file, (good + odd + good.replace("good", "last")).getBytes(ISO_8859_1));

        Run run = run(file);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err())
                .contains(
                        "line 2, record 2: messages[0].content holds bytes that are not UTF-8; each is kept as an escape from"
                                + " \\udc80 to \\udcff");
        try (Database db = open()) {
            assertThat(db.tasks().findByExternalId("openai", "last")).isPresent();
            assertThat(db.messages().list(10, 0))
                    .extracting(Message::content)
                    .contains("caf\\udce9 \\udce2\\udc82 \\udcc0\\udcaf \u00e9");
        }
        Run exported = MainTest.run("export", "-", "--format", "openai", "--db", database());
        assertThat(exported.out()).containsIgnoringCase("caf\\udce9 \\udce2\\udc82 \\udcc0\\udcaf \\u00e9");
        assertThat(run(file).out()).contains("0 messages and 0 calls of tools");
    }

    @Test
    void strictRefusesARecordWithBytesThatAreNotUtf8() throws IOException {
        Path file = directory.resolve("odd.jsonl");
        String session = "{'sessionId':'s','uuid':'a','type':'user','message':{'role':'user','content':'q'}}\n"
                + "{'sessionId':'s','uuid':'b','parentUuid':'a','type':'user','message':{'role':'user','content':'\u00e9'}}\n";
        Files.write(file, session.replace('\'', '"').getBytes(ISO_8859_1));

        Run run = run(file, "--strict");

        assertThat(run.code()).isOne();
        assertThat(run.err()).contains("line 2, record 2: message.content holds bytes that are not UTF-8");
    }

    @Test
    void aZeroWithAMinusSignIsAZero() throws IOException {
        Run run = run(write("{'messages':[{'role':'user','content':'q'}],'a':-0.0,'b':-0,'c':-0.5}"));

        assertThat(run.err())
                .contains(": a is a zero with a minus sign, which is not kept")
                .contains(": b is a zero");
        try (Database db = open()) {
            assertThat(db.tasks().list(1, 0).get(0).metadata().toString())
                    .contains("\"a\":0.0", "\"b\":0", "\"c\":-0.5");
        }
    }

    @Test
    void aRecordThatIsAnOddNumberStopsNoImport() throws IOException {
        Path lines = write(
                "{'messages':[{'role':'user','content':'a'}]}\nNaN\n{'messages':[{'role':'user','content':'b'}]}");
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Files.writeString(folder.resolve("losses.json"), "[-0.0, 1.5]");
        Files.copy(lines, folder.resolve("odd.jsonl"));

        Run run = run(folder);

        assertThat(run.err())
                .contains("odd.jsonl: warning: line 2, record 2: is NaN, which JSON does not have")
                .contains("left out: losses.json is a JSON array whose first element is of the type number");
        try (Database db = open()) {
            assertThat(db.messages().list(10, 0)).extracting(Message::content).containsExactly("a", "b");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages_in':'x','source_members':{'a':1},'times':2,'escaped':3,'messages':[{'role':'user','content':'q',"
                        + "'absent':['role'],'content_parts':[{}],'continued':true,'message_in':'system','legacy_call':true,"
                        + "'source_members':7,'untimed':1,'calls':[]}]}",
                "{'model':'m','system':'s','messages_in':1,'messages':[{'role':'user','absent':1,'content':[{'type':'tool_result',"
                        + "'tool_use_id':'x','content':'1'},{'type':'text','text':'t'}],'continued':[0]}]}",
                "{'messages_in':'m','conversations':[{'from':'human','value':'q','content_parts':[],'message_in':'system'}]}",
                "{'schema_version':'ATIF-v1.6','agent':{'name':'a','version':'1'},'steps':[{'step_id':1,'source':'agent',"
                        + "'message':'m','message_is_array':true,'source_members':{},'time_is_of_step':0,'tool_calls':[{'tool_call_id':"
                        + "'c','function_name':'f','arguments':{}}],'observation':{'results':[{'source_call_id':'c','content':'x',"
                        + "'answers_without_id':true}]}}]}"
            })
    void membersWithTheNamesOfNotesComeBack(String text) throws IOException {
        String form = text.contains("ATIF")
                ? "atif"
                : text.contains("conversations") ? "sharegpt" : text.contains("'system':'s'") ? "anthropic" : "openai";
        assertThat(run(write(text)).code()).isZero();

        Run exported = MainTest.run("export", "-", "--format", form, "--db", database());

        assertThat(Fields.MAPPER.readTree(exported.out())).isEqualTo(Fields.MAPPER.readTree(text.replace('\'', '"')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'schema_version':'ATIF-v1.6','agent':{'name':'a','version':'1'},'steps':[{'step_id':1,'source':'agent',"
                        + "'message':'m','tool_calls':[{'tool_call_id':'c','function_name':'f','arguments':{}}],"
                        + "'observation':{'results':[{'source_call_id':'c','content':'{\\'error\\':\\'no station\\'}'}]}}]}",
                "{'schema_version':'ATIF-v1.7','agent':{'name':'a','version':'1'},'steps':[{'step_id':1,'source':'agent',"
                        + "'message':'m','tool_calls':[{'tool_call_id':'c','function_name':'f','arguments':{}}],"
                        + "'observation':{'results':[{'source_call_id':'c','content':'x','extra':{'error':'no station'}}]}}]}",
                "{'contents':[{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},{'role':'user','parts':"
                        + "[{'functionResponse':{'name':'f','response':{'is_error':true}}}]}]}",
                "{'input':[{'type':'function_call','call_id':'c','name':'f','arguments':'{}'},{'type':"
                        + "'function_call_output','call_id':'c','output':'{\\'is_error\\':true}'}]}",
                "{'eval':{'task':'t'},'samples':[{'id':1,'epoch':1,'messages':[{'role':'assistant','content':'',"
                        + "'tool_calls':[{'id':'c','function':'f','arguments':{}}]},{'role':'tool','tool_call_id':'c',"
                        + "'function':'f','content':'{\\'error\\':\\'no station\\'}'}]}]}"
            })
    void anAnswerSaysInEveryFormThatItsToolFailed(String text) throws IOException {
        assertThat(run(write(text)).code()).isZero();

        try (Database db = open()) {
            assertThat(onlyExecution(db).status()).isEqualTo(ToolExecutionStatus.FAILED);
            assertThat(onlyExecution(db).decidedBy()).isEqualTo(DecidedBy.FLAG);
        }
    }

    private static ToolExecution onlyExecution(Database db) {
        List<ToolExecution> all = db.toolExecutions().list(10, 0);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    /** Apostrophes stand for quotation marks. */
    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("odd.jsonl"), text.replace('\'', '"'));
    }

    private String database() {
        return directory.resolve("odd.db").toString();
    }

    private Database open() {
        return Database.open(database());
    }

    private Run run(Path file, String... options) {
        return MainTest.run(Stream.concat(Stream.of("import", file.toString(), "--db", database()), Stream.of(options))
                .toArray(String[]::new));
    }
}
