package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.values.Decimals;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.tasks.TaskId;
import java.sql.SQLException;
import java.time.Instant;

/** The columns of {@link ModelCall}. */
final class ModelCallMapping {

    static final Columns<ModelCall> COLUMNS = new Columns<>("model call");
    static final Column<ModelCall, ModelCallId> ID =
            COLUMNS.add("id", Codec.text(Formats.MODEL_CALL_ID), () -> MODEL_CALLS.ID, ModelCall::id);
    static final Column<ModelCall, TaskId> TASK_ID =
            COLUMNS.add("taskId", Codec.text(Formats.TASK_ID), () -> MODEL_CALLS.TASK_ID, ModelCall::taskId);
    static final Column<ModelCall, MessageId> MESSAGE_ID = COLUMNS.add(
            "messageId", Codec.text(Formats.MESSAGE_ID), () -> MODEL_CALLS.MESSAGE_ID, ModelCall::messageId);
    static final Column<ModelCall, AgentId> AGENT_ID =
            COLUMNS.add("agentId", Codec.text(Formats.AGENT_ID), () -> MODEL_CALLS.AGENT_ID, ModelCall::agentId);
    static final Column<ModelCall, String> MODEL =
            COLUMNS.add("model", Codec.TEXT, () -> MODEL_CALLS.MODEL, ModelCall::model);
    static final Column<ModelCall, String> PROVIDER =
            COLUMNS.add("provider", Codec.TEXT, () -> MODEL_CALLS.PROVIDER, ModelCall::provider);
    static final Column<ModelCall, Long> INPUT_TOKENS =
            COLUMNS.add("inputTokens", Codec.LONG, () -> MODEL_CALLS.INPUT_TOKENS, ModelCall::inputTokens);
    static final Column<ModelCall, Long> OUTPUT_TOKENS =
            COLUMNS.add("outputTokens", Codec.LONG, () -> MODEL_CALLS.OUTPUT_TOKENS, ModelCall::outputTokens);
    static final Column<ModelCall, Long> CACHE_READ_TOKENS =
            COLUMNS.add("cacheReadTokens", Codec.LONG, () -> MODEL_CALLS.CACHE_READ_TOKENS, ModelCall::cacheReadTokens);
    static final Column<ModelCall, Long> CACHE_WRITE_TOKENS = COLUMNS.add(
            "cacheWriteTokens", Codec.LONG, () -> MODEL_CALLS.CACHE_WRITE_TOKENS, ModelCall::cacheWriteTokens);
    static final Column<ModelCall, Long> REASONING_TOKENS =
            COLUMNS.add("reasoningTokens", Codec.LONG, () -> MODEL_CALLS.REASONING_TOKENS, ModelCall::reasoningTokens);
    static final Column<ModelCall, Long> COST_NANOS = COLUMNS.add(
            "costNanos", Codec.LONG, () -> MODEL_CALLS.COST_NANOS, record -> Decimals.toNanos(record.cost()));
    static final Column<ModelCall, String> CURRENCY =
            COLUMNS.add("currency", Codec.TEXT, () -> MODEL_CALLS.CURRENCY, ModelCall::currency);
    static final Column<ModelCall, String> FINISH_REASON =
            COLUMNS.add("finishReason", Codec.TEXT, () -> MODEL_CALLS.FINISH_REASON, ModelCall::finishReason);
    static final Column<ModelCall, Instant> STARTED_AT =
            COLUMNS.add("startedAt", Codec.TIME, () -> MODEL_CALLS.STARTED_AT, ModelCall::startedAt);
    static final Column<ModelCall, Instant> COMPLETED_AT =
            COLUMNS.add("completedAt", Codec.TIME, () -> MODEL_CALLS.COMPLETED_AT, ModelCall::completedAt);
    static final Column<ModelCall, String> SOURCE_FORMAT =
            COLUMNS.add("sourceFormat", Codec.TEXT, () -> MODEL_CALLS.SOURCE_FORMAT, ModelCall::sourceFormat);
    static final Column<ModelCall, String> EXTERNAL_ID =
            COLUMNS.add("externalId", Codec.TEXT, () -> MODEL_CALLS.EXTERNAL_ID, ModelCall::externalId);
    static final Column<ModelCall, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> MODEL_CALLS.METADATA, ModelCall::metadata);
    static final Column<ModelCall, Long> VERSION =
            COLUMNS.add("version", Codec.LONG, () -> MODEL_CALLS.VERSION, ModelCall::version);
    static final Column<ModelCall, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> MODEL_CALLS.CREATED_AT, ModelCall::createdAt);
    static final Column<ModelCall, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> MODEL_CALLS.UPDATED_AT, ModelCall::updatedAt);
    static final Mapping<ModelCallId, ModelCall> MAPPING = new Mapping<>(
                    "model call",
                    () -> MODEL_CALLS,
                    COLUMNS,
                    ModelCallMapping::map,
                    ID,
                    VERSION,
                    CREATED_AT,
                    UPDATED_AT)
            .references("task", TASK_ID, () -> TASKS.ID)
            .references("message", MESSAGE_ID, () -> MESSAGES.ID)
            .references("agent", AGENT_ID, () -> AGENTS.ID)
            .listedBy(CREATED_AT, ID);

    private ModelCallMapping() {}

    static ModelCall map(Row row) throws SQLException {
        return new ModelCall(
                /* id= */ row.get(ID),
                /* taskId= */ row.find(TASK_ID),
                /* messageId= */ row.find(MESSAGE_ID),
                /* agentId= */ row.find(AGENT_ID),
                /* model= */ row.find(MODEL),
                /* provider= */ row.find(PROVIDER),
                /* inputTokens= */ row.find(INPUT_TOKENS),
                /* outputTokens= */ row.find(OUTPUT_TOKENS),
                /* cacheReadTokens= */ row.find(CACHE_READ_TOKENS),
                /* cacheWriteTokens= */ row.find(CACHE_WRITE_TOKENS),
                /* reasoningTokens= */ row.find(REASONING_TOKENS),
                /* cost= */ Decimals.optionalOfNanos(row.find(COST_NANOS)),
                /* currency= */ row.find(CURRENCY),
                /* finishReason= */ row.find(FINISH_REASON),
                /* startedAt= */ row.find(STARTED_AT),
                /* completedAt= */ row.find(COMPLETED_AT),
                /* sourceFormat= */ row.find(SOURCE_FORMAT),
                /* externalId= */ row.find(EXTERNAL_ID),
                /* metadata= */ row.get(METADATA),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
