package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.WorkflowColumns.COMPLETED_AT;
import static dev.modelscan.storage.internal.repository.WorkflowColumns.CREATED_AT;
import static dev.modelscan.storage.internal.repository.WorkflowColumns.ID;
import static dev.modelscan.storage.internal.repository.WorkflowColumns.ORIGIN;
import static dev.modelscan.storage.internal.repository.WorkflowColumns.STARTED_AT;
import static dev.modelscan.storage.internal.repository.WorkflowColumns.STATUS;
import static dev.modelscan.storage.internal.repository.WorkflowColumns.UPDATED_AT;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.repository.StatusTimes.Phase;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowRepository;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jooq.Field;

final class SqlWorkflowRepository extends SqlRepository<WorkflowId, Workflow> implements WorkflowRepository {

    static final Mapping<WorkflowId, Workflow> MAPPING = WorkflowColumns.mapping()
            .fixed(STATUS, "use updateStatus")
            .fixed(STARTED_AT, "it follows the status")
            .fixed(COMPLETED_AT, "it follows the status");

    private static final PagedQuery<Workflow> BY_STATUS = new PagedQuery<>(
            "workflow.byStatus",
            MAPPING,
            STATUS::isParameter,
            List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));

    private static final PagedQuery<Workflow> BY_SOURCE = new PagedQuery<>(
            "workflow.bySource",
            MAPPING,
            ORIGIN.sourceId::isParameter,
            List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));
    private static final CompiledQuery<Workflow> BY_EXTERNAL_ID =
            MAPPING.select("workflow.byExternalId", ORIGIN::isNamed);

    private static final Map<WorkflowStatus, CompiledQuery<Workflow>> CHANGES = changes();

    SqlWorkflowRepository(Sessions sessions) {
        super(sessions, MAPPING);
    }

    private static Map<WorkflowStatus, CompiledQuery<Workflow>> changes() {
        var change = new StatusChange<>(STATUS, CREATED_AT, STARTED_AT, COMPLETED_AT, UPDATED_AT.parameter());
        Map<WorkflowStatus, CompiledQuery<Workflow>> changes = new EnumMap<>(WorkflowStatus.class);
        for (WorkflowStatus status : WorkflowStatus.values()) {
            changes.put(
                    status,
                    MAPPING.updateOf(
                            "workflow.become." + status.code(),
                            () -> sets(change, status),
                            () -> change.from(status.predecessors())));
        }
        return changes;
    }

    private static Map<Field<?>, Field<?>> sets(StatusChange<Workflow, WorkflowStatus> change, WorkflowStatus status) {
        Map<Field<?>, Field<?>> set = change.to(status, status == WorkflowStatus.RUNNING, status.isFinal());
        return set;
    }

    @Override
    Workflow initial(Workflow workflow) {
        Phase phase =
                switch (workflow.status()) {
                    case PENDING -> Phase.WAITING;
                    case RUNNING -> Phase.RUNNING;
                    case COMPLETED -> Phase.DONE;
                    case FAILED, CANCELLED -> Phase.STOPPED;
                };
        StatusTimes given = new StatusTimes(workflow.startedAt(), workflow.completedAt());
        StatusTimes times = StatusTimes.of(MAPPING.entity, workflow.id(), phase, given, workflow.createdAt());
        return times.equals(given)
                ? workflow
                : workflow.toBuilder()
                        .startedAt(times.startedAt())
                        .completedAt(times.completedAt())
                        .build();
    }

    @Override
    public Page<Workflow> listBySource(SourceId sourceId, PageRequest request) {
        Objects.requireNonNull(sourceId, "sourceId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_SOURCE, request, execution -> execution.set(ORIGIN.sourceId.parameter(), sourceId));
    }

    @Override
    public Optional<Workflow> findByExternalId(String format, String externalId) {
        return ORIGIN.find(sessions, MAPPING.entity, BY_EXTERNAL_ID, format, externalId);
    }

    @Override
    public Page<Workflow> listByStatus(WorkflowStatus status, PageRequest request) {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(request, "request");
        return fetch(BY_STATUS, request, execution -> execution.set(STATUS.parameter(), status));
    }

    @Override
    public Workflow updateStatus(WorkflowId id, WorkflowStatus status) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(status, "status");
        CompiledQuery<Workflow> change = Objects.requireNonNull(CHANGES.get(status));
        return sessions.write(
                "workflow",
                id.value(),
                session ->
                        transition(session, change, id, PagedQuery.Filter.NONE, status.code(), stored -> stored.status()
                                .code()));
    }
}
