package dev.modelscan.storage.contract;

import static dev.modelscan.storage.workflows.WorkflowStatus.CANCELLED;
import static dev.modelscan.storage.workflows.WorkflowStatus.COMPLETED;
import static dev.modelscan.storage.workflows.WorkflowStatus.FAILED;
import static dev.modelscan.storage.workflows.WorkflowStatus.PENDING;
import static dev.modelscan.storage.workflows.WorkflowStatus.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the repository of workflows does. */
abstract class WorkflowRepositoryContract extends StatefulRepositoryContract<WorkflowId, Workflow, WorkflowStatus> {

    private Source source;

    @Override
    void prepare() {
        source = db.sources().create(source().build());
    }

    @Override
    String entity() {
        return "workflow";
    }

    @Override
    Repository<WorkflowId, Workflow> repository(Repositories repositories) {
        return repositories.workflows();
    }

    @Override
    WorkflowId newId() {
        return WorkflowId.next();
    }

    @Override
    Workflow newRecord(int number, WorkflowId id, Instant createdAt) {
        return workflow()
                .id(id)
                .origin(Origin.of(source, "workflow " + id).at(number + 1L, 2L * number + 1, 100L * number))
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    Workflow newRecord(
            Instant createdAt, WorkflowStatus status, @Nullable Instant startedAt, @Nullable Instant completedAt) {
        return workflow()
                .createdAt(createdAt)
                .status(status)
                .startedAt(startedAt)
                .completedAt(completedAt)
                .build();
    }

    @Override
    Workflow changed(Workflow record) {
        return record.toBuilder()
                .name("weekly")
                .origin(Origin.NONE)
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    Workflow withId(Workflow record, WorkflowId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    WorkflowId id(Workflow record) {
        return record.id();
    }

    @Override
    long version(Workflow record) {
        return record.version();
    }

    @Override
    Instant createdAt(Workflow record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(Workflow record) {
        return record.updatedAt();
    }

    @Override
    WorkflowStatus status(Workflow record) {
        return record.status();
    }

    @Override
    @Nullable
    Instant startedAt(Workflow record) {
        return record.startedAt();
    }

    @Override
    @Nullable
    Instant completedAt(Workflow record) {
        return record.completedAt();
    }

    @Override
    Comparator<Workflow> order() {
        return Comparator.comparing(Workflow::createdAt)
                .thenComparing(workflow -> workflow.id().value());
    }

    @Override
    Map<String, Workflow> withMissingReference(Workflow record) {
        Origin missing = new Origin("atif", null, new SourceId("missing"), null, null, null);
        return Map.of("sourceId", record.toBuilder().origin(missing).build());
    }

    @Override
    Map<String, Workflow> withFixedFieldChanged(Workflow record) {
        Instant other = record.createdAt().plusSeconds(1);
        return Map.of(
                "status", record.toBuilder().status(RUNNING).build(),
                "startedAt", record.toBuilder().startedAt(other).build(),
                "completedAt", record.toBuilder().completedAt(other).build(),
                "createdAt", record.toBuilder().createdAt(other).build());
    }

    @Override
    Page<Workflow> otherList(Workflow record, PageRequest request) {
        return db.workflows().listByStatus(record.status(), request);
    }

    @Override
    Map<WorkflowStatus, Set<WorkflowStatus>> allowed() {
        return Map.of(
                PENDING, Set.of(RUNNING, FAILED, CANCELLED),
                RUNNING, Set.of(COMPLETED, FAILED, CANCELLED, PENDING),
                FAILED, Set.of(PENDING),
                COMPLETED, Set.of(),
                CANCELLED, Set.of());
    }

    @Override
    WorkflowStatus waiting() {
        return PENDING;
    }

    @Override
    WorkflowStatus running() {
        return RUNNING;
    }

    @Override
    WorkflowStatus succeeded() {
        return COMPLETED;
    }

    @Override
    String code(WorkflowStatus status) {
        return status.code();
    }

    @Override
    boolean canBecome(WorkflowStatus from, WorkflowStatus to) {
        return from.canBecome(to);
    }

    @Override
    Workflow updateStatus(Repositories repositories, WorkflowId id, WorkflowStatus status) {
        return repositories.workflows().updateStatus(id, status);
    }

    @Test
    void aNameNeedNotBeUnique() {
        db.workflows().createAll(List.of(workflow().build(), workflow().build()));

        assertThat(all()).extracting(Workflow::name).containsExactly("nightly", "nightly");
    }

    @Test
    void theListsByStatusHoldTheirOwnInOrder() {
        List<Workflow> workflows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            workflows.add(newRecord(i).toBuilder()
                    .status(WorkflowStatus.values()[i % 5])
                    .build());
        }
        List<Workflow> stored = new ArrayList<>(db.workflows().createAll(workflows));
        stored.sort(order());

        for (WorkflowStatus status : WorkflowStatus.values()) {
            assertThat(walk(3, request -> db.workflows().listByStatus(status, request)))
                    .hasSize(4)
                    .isEqualTo(stored.stream()
                            .filter(workflow -> workflow.status() == status)
                            .toList());
        }
    }

    @Test
    void theTasksOfAWorkflowAreListedInOrder() {
        Workflow one = create(1);
        Workflow other = create(2);
        List<Task> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Instant time = one.createdAt().plusSeconds(i / 3);
            expected.add(db.tasks()
                    .create(task().workflowId(one.id())
                            .createdAt(time)
                            .priority(-i)
                            .build()));
            db.tasks().create(task().workflowId(other.id()).createdAt(time).build());
        }
        expected.sort(Comparator.comparing(Task::createdAt)
                .thenComparing(task -> task.id().value()));

        assertThat(walk(3, request -> db.tasks().listByWorkflow(one.id(), request)))
                .isEqualTo(expected);
        assertThat(db.tasks().listByWorkflow(newId(), PageRequest.first(1))).isEmpty();
    }

    @Test
    void eachVerbIsTheChangeThatItNames() {
        List<Workflow> made = db.workflows().createAll(newRecords(3));

        assertThat(db.workflows().start(made.get(0).id()).status()).isEqualTo(RUNNING);
        assertThat(db.workflows().complete(made.get(0).id()).status()).isEqualTo(COMPLETED);
        assertThat(db.workflows().fail(made.get(1).id()).status()).isEqualTo(FAILED);
        assertThat(db.workflows().cancel(made.get(2).id()).status()).isEqualTo(CANCELLED);
    }
}
