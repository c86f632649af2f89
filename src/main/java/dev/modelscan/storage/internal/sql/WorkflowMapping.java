package dev.modelscan.storage.internal.sql;

import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Workflow;
import dev.modelscan.storage.WorkflowId;
import dev.modelscan.storage.WorkflowStatus;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import java.sql.SQLException;
import java.time.Instant;

/** How {@link Workflow} lies in its table. */
final class WorkflowMapping {

    static final Columns<Workflow> COLUMNS = new Columns<>();
    static final Column<Workflow, WorkflowId> ID = COLUMNS.add(WORKFLOWS.ID, Workflow::id);
    static final Column<Workflow, String> NAME = COLUMNS.add(WORKFLOWS.NAME, Workflow::name);
    static final Column<Workflow, WorkflowStatus> STATUS = COLUMNS.add(WORKFLOWS.STATUS, Workflow::status);
    static final Column<Workflow, Json> METADATA = COLUMNS.add(WORKFLOWS.METADATA, Workflow::metadata);
    static final Column<Workflow, Instant> STARTED_AT = COLUMNS.add(WORKFLOWS.STARTED_AT, Workflow::startedAt);
    static final Column<Workflow, Instant> COMPLETED_AT = COLUMNS.add(WORKFLOWS.COMPLETED_AT, Workflow::completedAt);
    static final Column<Workflow, Long> VERSION = COLUMNS.add(WORKFLOWS.VERSION, Workflow::version);
    static final Column<Workflow, Instant> CREATED_AT = COLUMNS.add(WORKFLOWS.CREATED_AT, Workflow::createdAt);
    static final Column<Workflow, Instant> UPDATED_AT = COLUMNS.add(WORKFLOWS.UPDATED_AT, Workflow::updatedAt);
    static final Mapping<WorkflowId, Workflow> MAPPING = new Mapping<>(
                    "workflow", WORKFLOWS, COLUMNS, WorkflowMapping::map, ID, VERSION, CREATED_AT, UPDATED_AT)
            .fixed(STATUS, "use updateStatus")
            .fixed(STARTED_AT, "it follows the status")
            .fixed(COMPLETED_AT, "it follows the status")
            .listedBy(CREATED_AT, ID);

    private WorkflowMapping() {}

    static Workflow map(Row row) throws SQLException {
        return new Workflow(
                row.get(ID),
                row.get(NAME),
                row.get(STATUS),
                row.get(METADATA),
                row.find(STARTED_AT),
                row.find(COMPLETED_AT),
                row.get(VERSION),
                row.get(CREATED_AT),
                row.get(UPDATED_AT));
    }
}
