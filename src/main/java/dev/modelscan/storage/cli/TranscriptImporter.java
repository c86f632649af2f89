package dev.modelscan.storage.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Stores the transcripts of one file, each in one transaction: all of it or nothing. A transcript that is
 * stored already is skipped.
 *
 * <ul>
 *   <li>A transcript is a task of the type {@code transcript}, its conversation has the task's id, and its
 *       messages and tool executions belong to it. A reward of 1 or more is a completed task, a lower one a
 *       failed task, no reward a pending one. Everything that is neither a message nor a call goes into the
 *       metadata.
 *   <li>The file is a workflow, named after it. Its id comes from the file's first transcript, so a file that
 *       was renamed or extended keeps its workflow.
 *   <li>Each role is an agent of that name; an existing agent of that name is used.
 * </ul>
 */
final class TranscriptImporter implements TranscriptReader.Sink {

    private final Database db;
    private final String file;
    private final List<ImportSummary.Failure> failures = new ArrayList<>();
    private @Nullable WorkflowId workflow;
    private long imported;
    private long skipped;
    private long failed;
    private long messages;
    private long toolExecutions;
    private long toolFailures;

    private TranscriptImporter(Database db, String file) {
        this.db = db;
        this.file = file;
    }

    /** Reads and stores a file with that name. */
    static ImportSummary run(Database db, String file, InputStream in) throws IOException {
        TranscriptImporter importer = new TranscriptImporter(db, file);
        TranscriptReader.read(in, importer);
        return importer.summary();
    }

    @Override
    public void accept(Position position, ObjectNode record) {
        try {
            Transcript transcript = Transcript.of(record, position.record());
            if (workflow == null) {
                workflow = new WorkflowId(transcript.id().value());
            }
            WorkflowId owner = workflow;
            Stored stored = store(transcript, owner);
            imported += stored.transcripts;
            skipped += 1 - stored.transcripts;
            messages += stored.messages;
            toolExecutions += stored.toolExecutions;
            toolFailures += stored.toolFailures;
        } catch (MalformedRecordException | InvalidDataException e) {
            reject(position, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void reject(Position position, String reason) {
        failed++;
        if (failures.size() < ImportSummary.MAX_FAILURES) {
            failures.add(new ImportSummary.Failure(position.line(), position.column(), position.record(), reason));
        }
    }

    private ImportSummary summary() {
        return new ImportSummary(
                file, imported, skipped, failed, messages, toolExecutions, toolFailures, List.copyOf(failures));
    }

    /**
     * Every row has a known key, so imports may run in parallel, and READ COMMITTED is enough. If another
     * import has created the same agent, workflow or task meanwhile, the key conflicts, and the next attempt
     * finds the row. So as many attempts as keys are enough.
     */
    private Stored store(Transcript transcript, WorkflowId owner) throws MalformedRecordException {
        for (int left = transcript.roles().size() + 2; ; left--) {
            try {
                return db.withTx(Isolation.READ_COMMITTED, tx -> store(tx, transcript, owner));
            } catch (ConflictException | ReferenceException e) {
                if (left == 0) {
                    throw e;
                }
            }
        }
    }

    private Stored store(Tx tx, Transcript transcript, WorkflowId owner) throws MalformedRecordException {
        if (tx.tasks().find(transcript.id()).isPresent()) {
            return new Stored(0, 0, 0, 0);
        }
        Map<String, AgentId> agents = agents(tx, transcript.roles());
        TranscriptWriter writer = new TranscriptWriter(transcript.id(), agents, Instant.now());
        for (ObjectNode message : transcript.messages()) {
            writer.add(message);
        }
        makeWorkflow(tx, owner);
        tx.tasks().create(task(transcript, owner, agents));
        tx.messages().createAll(writer.messages());
        tx.toolExecutions().createAll(writer.executions());
        long failedExecutions = writer.executions().stream()
                .filter(execution -> execution.status() == ToolExecutionStatus.FAILED)
                .count();
        return new Stored(1, writer.messages().size(), writer.executions().size(), failedExecutions);
    }

    private static Task task(Transcript transcript, WorkflowId owner, Map<String, AgentId> agents) {
        Task.Builder task = Task.builder()
                .id(transcript.id())
                .workflowId(owner)
                .agentId(agents.get("assistant"))
                .type("transcript")
                .metadata(Json.of(transcript.rest()));
        if (transcript.reward() == null) {
            return task.build();
        }
        if (transcript.reward().decimalValue().compareTo(BigDecimal.ONE) >= 0) {
            return task.status(TaskStatus.COMPLETED).build();
        }
        Instant now = Instant.now();
        return task.status(TaskStatus.FAILED)
                .error("the reward is " + transcript.reward().asText() + ", below 1")
                .createdAt(now)
                .startedAt(now)
                .build();
    }

    /** Sorted by name: two imports that create the same agents in different orders would deadlock. */
    private static Map<String, AgentId> agents(Repositories tx, Set<String> roles) {
        Map<String, AgentId> agents = new HashMap<>();
        for (String role : new TreeSet<>(roles)) {
            Agent agent = tx.agents().findByName(role).orElseGet(() -> tx.agents()
                    .create(Agent.builder().name(role).mode("transcript").build()));
            agents.put(role, agent.id());
        }
        return agents;
    }

    /** A recorded run has ended, whatever its outcome. */
    private void makeWorkflow(Repositories tx, WorkflowId id) {
        if (tx.workflows().find(id).isEmpty()) {
            tx.workflows()
                    .create(Workflow.builder()
                            .id(id)
                            .name(file)
                            .status(WorkflowStatus.COMPLETED)
                            .build());
        }
    }

    /** The counts of what one transaction stored. */
    private record Stored(long transcripts, long messages, long toolExecutions, long toolFailures) {}
}
