package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deleted records on the command line. */
class ArchiveCommandTest {

    @TempDir
    private Path directory;

    private Path file;
    private String id;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void deleteSome() {
        file = directory.resolve("archive.db");
        try (Database db =
                Database.builder().path(file).keepDeleted(Duration.ofDays(30)).open()) {
            for (String name : List.of("ann", "bob")) {
                Agent agent = db.agents()
                        .create(Agent.builder().name(name).mode("llm").build());
                db.as("carol").agents().delete(agent.id());
            }
            id = db.deletedRecords()
                    .list(PageRequest.first(1))
                    .items()
                    .get(0)
                    .id()
                    .value();
        }
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("archive"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--db", file.toString()));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(all.toArray(String[]::new), new PrintWriter(out), new PrintWriter(err));
    }

    @Test
    void listsRestoresAndPurges() {
        assertThat(run("list", "--limit", "1")).isZero();
        assertThat(out.toString()).contains(id, "agent", "carol", "More follow: --after ");
        assertThat(run("list", "--kind", "task")).isZero();
        assertThat(out.toString()).startsWith("no matching deleted records in ");

        assertThat(run("restore", id)).isZero();
        assertThat(out.toString()).startsWith("restored agent ");
        assertThat(run("restore", id)).isEqualTo(1);
        assertThat(err.toString()).contains("error: deleted record " + id);

        assertThat(run("purge", "--older-than", "1d", "--json")).isZero();
        assertThat(out.toString()).contains("\"purged\"", "0");
        assertThat(run("purge", "--older-than", "2100-01-01")).isZero();
        assertThat(out.toString()).isEqualTo("purged 1 deleted record" + System.lineSeparator());
        assertThat(run("purge")).isEqualTo(2);
        assertThat(run("purge", id, "--older-than", "1d")).isEqualTo(2);
    }

    @Test
    void aNameThatIsTakenIsOneLine() {
        try (Database db = Database.open(file)) {
            db.agents().create(Agent.builder().name("ann").mode("llm").build());
        }

        assertThat(run("restore", id)).isEqualTo(1);
        assertThat(err.toString())
                .contains("its name 'ann' is taken by another agent")
                .hasLineCount(1);
    }
}
