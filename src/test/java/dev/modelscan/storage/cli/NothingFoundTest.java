package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A command that finds nothing says what it looked for, and where; as JSON, it prints an empty list. */
class NothingFoundTest {

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void makeDatabase() {
        file = directory.resolve("empty.db");
        try (Database db = Database.open(file)) {
            db.search().enable();
        }
    }

    private MainTest.Run run(String command) {
        return MainTest.run((command + " --db " + file).split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "list tasks, no tasks, tasks",
        "list conversations, no conversations, conversations",
        "list tools, no tools, tools",
        "list workflows --newest, no workflows, workflows",
        "list agents --status active, no matching agents, agents",
        "search word, no messages or calls of tools with these words, results",
        "archive list, no deleted records, deleted",
        "archive list --kind task, no matching deleted records, deleted"
    })
    void isASentenceOrAnEmptyList(String command, String sentence, String member) throws IOException {
        MainTest.Run found = run(command);

        assertThat(found.code()).isZero();
        assertThat(found.out()).isEqualToIgnoringNewLines(sentence + " in " + file);
        JsonNode json = new ObjectMapper().readTree(run(command + " --json").out());
        assertThat(json.path(member).isArray()).isTrue();
        assertThat(json.path(member)).isEmpty();
    }

    @Test
    void anAuditLogThatIsOffSaysSo() throws IOException {
        String off = " in " + file + "; the log is off: audit enable switches it on";
        assertThat(run("audit list").out()).isEqualToIgnoringNewLines("no entries of the audit log" + off);
        assertThat(run("audit list --actor me").out())
                .isEqualToIgnoringNewLines("no matching entries of the audit log" + off);
        assertThat(new ObjectMapper().readTree(run("audit list --json").out()).path("entries"))
                .isEmpty();

        assertThat(run("audit enable").code()).isZero();

        assertThat(run("audit list --actor me").out())
                .isEqualToIgnoringNewLines("no matching entries of the audit log in " + file);
    }

    @Test
    void aDirectoryWithoutBackupsOrWorkspacesIsNamed() throws IOException {
        Path none = Files.createDirectory(directory.resolve("none"));

        assertThat(MainTest.run("backup", "list", none.toString()).out())
                .isEqualToIgnoringNewLines("no backups in " + none);
        MainTest.Run workspaces = MainTest.run("workspaces", "list", "--db", none.toString());
        assertThat(workspaces.out()).isEmpty();
        assertThat(workspaces.err()).isEqualToIgnoringNewLines("note: no workspaces in " + none);
    }

    @Test
    void aTableWithoutRowsSaysSo() {
        assertThat(run("report").out()).contains("(none)");
        assertThat(run("query SELECT(id)FROM(tasks)").out()).containsPattern("id\\R +\\(none\\)");
    }
}
