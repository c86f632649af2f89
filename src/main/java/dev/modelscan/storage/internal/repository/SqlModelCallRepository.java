package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.ModelCallColumns.AGENT_ID;
import static dev.modelscan.storage.internal.repository.ModelCallColumns.COLUMNS;
import static dev.modelscan.storage.internal.repository.ModelCallColumns.CREATED_AT;
import static dev.modelscan.storage.internal.repository.ModelCallColumns.EXTERNAL_ID;
import static dev.modelscan.storage.internal.repository.ModelCallColumns.ID;
import static dev.modelscan.storage.internal.repository.ModelCallColumns.MESSAGE_ID;
import static dev.modelscan.storage.internal.repository.ModelCallColumns.SOURCE_FORMAT;
import static dev.modelscan.storage.internal.repository.ModelCallColumns.TASK_ID;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.models.ModelCallRepository;
import dev.modelscan.storage.tasks.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jooq.impl.DSL;

final class SqlModelCallRepository extends SqlRepository<ModelCallId, ModelCall> implements ModelCallRepository {

    static final Mapping<ModelCallId, ModelCall> MAPPING = ModelCallColumns.mapping();

    private static final PagedQuery<ModelCall> BY_TASK = listBy("modelCall.byTask", TASK_ID);
    private static final PagedQuery<ModelCall> BY_AGENT = listBy("modelCall.byAgent", AGENT_ID);
    private static final PagedQuery<ModelCall> BY_MESSAGE = listBy("modelCall.byMessage", MESSAGE_ID);

    private static final CompiledQuery<ModelCall> BY_EXTERNAL_ID = MAPPING.select(
            "modelCall.byExternalId", () -> SOURCE_FORMAT.isParameter().and(EXTERNAL_ID.isParameter()));

    private static final CompiledQuery<Void> INSERT_MISSING =
            CompiledQuery.command("modelCall.insertMissing", () -> DSL.insertInto(MODEL_CALLS, COLUMNS.fields())
                    .values(COLUMNS.params())
                    .onConflict(MODEL_CALLS.SOURCE_FORMAT, MODEL_CALLS.EXTERNAL_ID)
                    .doNothing());

    SqlModelCallRepository(Sessions sessions) {
        super(sessions, MAPPING);
    }

    private static <T> PagedQuery<ModelCall> listBy(String name, Column<ModelCall, T> column) {
        return new PagedQuery<>(
                name,
                MAPPING,
                column::isParameter,
                List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));
    }

    @Override
    public Optional<ModelCall> findByExternalId(String format, String externalId) {
        return OriginColumns.find(
                sessions, MAPPING.entity, BY_EXTERNAL_ID, SOURCE_FORMAT, format, EXTERNAL_ID, externalId);
    }

    @Override
    public void createMissing(Collection<ModelCall> calls) {
        Objects.requireNonNull(calls, "calls");
        List<ModelCall> prepared = new ArrayList<>(calls.size());
        for (ModelCall call : calls) {
            prepared.add(prepared(Objects.requireNonNull(call, "calls")));
        }
        if (!prepared.isEmpty()) {
            createAll(INSERT_MISSING, prepared);
        }
    }

    @Override
    public Page<ModelCall> listByTask(TaskId taskId, PageRequest request) {
        Objects.requireNonNull(taskId, "taskId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_TASK, request, execution -> execution.set(TASK_ID.parameter(), taskId));
    }

    @Override
    public Page<ModelCall> listByAgent(AgentId agentId, PageRequest request) {
        Objects.requireNonNull(agentId, "agentId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_AGENT, request, execution -> execution.set(AGENT_ID.parameter(), agentId));
    }

    @Override
    public Page<ModelCall> listByMessage(MessageId messageId, PageRequest request) {
        Objects.requireNonNull(messageId, "messageId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_MESSAGE, request, execution -> execution.set(MESSAGE_ID.parameter(), messageId));
    }
}
