package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.sql.SQLException;
import java.time.Instant;

/** The columns of {@link Workflow}. */
final class WorkflowMapping {

    static final Columns<Workflow> COLUMNS = new Columns<>("workflow");
    static final Column<Workflow, WorkflowId> ID =
            COLUMNS.add("id", Codec.text(Formats.WORKFLOW_ID), () -> WORKFLOWS.ID, Workflow::id);
    static final Column<Workflow, String> NAME = COLUMNS.add("name", Codec.TEXT, () -> WORKFLOWS.NAME, Workflow::name);
    static final Column<Workflow, WorkflowStatus> STATUS =
            COLUMNS.add("status", Codec.text(Formats.WORKFLOW_STATUS), () -> WORKFLOWS.STATUS, Workflow::status);
    static final OriginColumns<Workflow> ORIGIN = new OriginColumns<>(
            COLUMNS,
            new OriginColumns.Fields(
                    () -> WORKFLOWS.SOURCE_FORMAT,
                    () -> WORKFLOWS.SOURCE_ID,
                    () -> WORKFLOWS.SOURCE_RECORD,
                    () -> WORKFLOWS.SOURCE_LINE,
                    () -> WORKFLOWS.SOURCE_OFFSET,
                    () -> WORKFLOWS.EXTERNAL_ID),
            Workflow::origin);
    static final Column<Workflow, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> WORKFLOWS.METADATA, Workflow::metadata);
    static final Column<Workflow, Instant> STARTED_AT =
            COLUMNS.add("startedAt", Codec.TIME, () -> WORKFLOWS.STARTED_AT, Workflow::startedAt);
    static final Column<Workflow, Instant> COMPLETED_AT =
            COLUMNS.add("completedAt", Codec.TIME, () -> WORKFLOWS.COMPLETED_AT, Workflow::completedAt);
    static final Column<Workflow, Long> VERSION =
            COLUMNS.add("version", Codec.LONG, () -> WORKFLOWS.VERSION, Workflow::version);
    static final Column<Workflow, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> WORKFLOWS.CREATED_AT, Workflow::createdAt);
    static final Column<Workflow, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> WORKFLOWS.UPDATED_AT, Workflow::updatedAt);
    static final Mapping<WorkflowId, Workflow> MAPPING = new Mapping<>(
                    "workflow", () -> WORKFLOWS, COLUMNS, WorkflowMapping::map, ID, VERSION, CREATED_AT, UPDATED_AT)
            .references("source", ORIGIN.sourceId, () -> SOURCES.ID)
            .fixed(STATUS, "use updateStatus")
            .fixed(STARTED_AT, "it follows the status")
            .fixed(COMPLETED_AT, "it follows the status")
            .listedBy(CREATED_AT, ID);

    private WorkflowMapping() {}

    static Workflow map(Row row) throws SQLException {
        return new Workflow(
                /* id= */ row.get(ID),
                /* name= */ row.get(NAME),
                /* status= */ row.get(STATUS),
                /* origin= */ ORIGIN.read(row),
                /* metadata= */ row.get(METADATA),
                /* startedAt= */ row.find(STARTED_AT),
                /* completedAt= */ row.find(COMPLETED_AT),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
