package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.formats.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that grow in one database after another. */
class GrownArchiveTest {

    private static final String[] MESSAGES = {
        "{'role':'user','content':'q'}",
        "{'role':'assistant','content':null,'usage':{'prompt_tokens':3},'tool_calls':[{'id':'c','type':'function','function':{'name':"
                + "'f','arguments':'{}'}}]}",
        "{'role':'tool','tool_call_id':'c','content':'42'}",
        "{'role':'assistant','content':'42 it is','usage':{'prompt_tokens':5}}"
    };

    @TempDir
    Path directory;

    @Test
    void aSessionGrowsInEachDatabaseThatItsArchiveReached() throws IOException {
        String before = database("0");
        assertThat(grown(before, 1, "a").out()).contains("1 transcript imported");
        for (int messages = 2; messages <= MESSAGES.length; messages++) {
            Path archive = directory.resolve(messages + ".archive");
            ok("export", archive.toString(), "--format", "native", "--db", before);
            String next = database("" + messages);
            ok("import", archive.toString(), "--db", next);

            // The file has moved, and another session stands before the first.
            Run grown = grown(next, messages, "b" + messages);

            assertThat(grown.out()).contains("1 grown");
            assertThat(grown(next, messages, "c" + messages).out()).contains("0 messages and 0 calls of tools");
            before = next;
        }
        String whole = database("whole");
        assertThat(grown(whole, MESSAGES.length, "a").code()).isZero();

        assertThat(exported(before)).isEqualTo(exported(whole));
    }

    private JsonNode exported(String database) throws IOException {
        JsonNode[] found = new JsonNode[1];
        for (String line : ok("export", "-", "--format", "openai", "--db", database)
                .out()
                .lines()
                .toList()) {
            JsonNode record = Fields.MAPPER.readTree(line);
            found[0] = record.path("id").asText().equals("s") ? record : found[0];
        }
        return found[0];
    }

    private Run grown(String database, int messages, String name) throws IOException {
        String session =
                "{'id':'s','messages':[" + String.join(",", List.of(MESSAGES).subList(0, messages)) + "]}\n";
        String other = name.equals("a") ? "" : "{'id':'o','messages':[{'role':'user','content':'other'}]}\n";
        Path file = Files.writeString(directory.resolve(name + ".jsonl"), (other + session).replace('\'', '"'));
        return ok("import", file.toString(), "--db", database);
    }

    private String database(String name) {
        return directory.resolve(name + ".db").toString();
    }

    private static Run ok(String... args) {
        Run run = MainTest.run(args);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }
}
