package dev.modelscan.storage.cli.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.workflows.Workflow;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** While a file is imported, somebody deletes what it has stored so far. */
@Timeout(60)
class StoringTest {

    private static final Place PLACE = new Place(1, 1, 0);

    @TempDir
    Path directory;

    private Database db;
    private final FileResult result = new FileResult("file");
    private Collector collector;

    @BeforeEach
    void begin() {
        db = Database.open(directory.resolve("app.db"));
        Input input = Input.stream("file", InputStream.nullInputStream());
        collector = new Collector(
                () -> db, new Provenance(input, "test", null, "0".repeat(64)), ImportOptions.DEFAULT, result);
        tell("first", null);
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (db.tasks().list(10, 0).isEmpty() && Instant.now().isBefore(end)) {
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void close() {
        collector.close();
        db.close();
    }

    private void tell(String run, String parent) {
        collector.accept(new RunStarted(run, PLACE, run, parent, null, null, null, Fields.object()));
        collector.accept(MessageRead.builder(run, PLACE, Role.USER)
                .add(new Part.Text("of " + run))
                .build());
        collector.accept(new RunEnded(run, PLACE, null, null, null, null, null, Fields.object()));
    }

    private void isStored(String run) {
        collector.finish();
        assertThat(result.failures()).isEmpty();
        assertThat(db.tasks().findByExternalId("test", run)).isPresent();
        List<Workflow> workflows = db.workflows().list(10, 0);
        List<Source> sources = db.sources().list(10, 0);
        assertThat(workflows).hasSize(1);
        assertThat(sources).hasSize(1);
        assertThat(db.tasks().findByExternalId("test", run).orElseThrow().workflowId())
                .isEqualTo(workflows.get(0).id());
    }

    @Test
    void aParent() {
        Task first = db.tasks().list(10, 0).get(0);
        db.tasks().delete(first.id());

        tell("child", "first");

        isStored("child");
    }

    @Test
    void theWorkflow() {
        deleteWorkflow();

        tell("second", null);

        isStored("second");
    }

    @Test
    void theSource() {
        db.sources().delete(db.sources().list(10, 0).get(0).id());

        tell("second", null);

        isStored("second");
    }

    @Test
    void theWorkflowAndTheSource() {
        deleteWorkflow();
        db.sources().delete(db.sources().list(10, 0).get(0).id());

        tell("second", null);

        isStored("second");
    }

    @Test
    void everyAgent() {
        for (Task task : db.tasks().list(10, 0)) {
            db.conversations().list(PageRequest.first(10)).items().forEach(each -> db.conversations()
                    .delete(each.id()));
            db.tasks().delete(task.id());
        }
        for (Agent agent : db.agents().list(10, 0)) {
            db.agents().delete(agent.id());
        }

        tell("second", "first");

        isStored("second");
    }

    private void deleteWorkflow() {
        Workflow workflow = db.workflows().list(10, 0).get(0);
        db.workflows().delete(workflow.id());
    }
}
