package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AGENTS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The columns of {@link Agent}. */
final class AgentMapping {

    static final Columns<Agent> COLUMNS = new Columns<>("agent");
    static final Column<Agent, AgentId> ID =
            COLUMNS.add("id", Codec.text(Formats.AGENT_ID), () -> AGENTS.ID, Agent::id);
    static final Column<Agent, String> NAME = COLUMNS.add("name", Codec.TEXT, () -> AGENTS.NAME, Agent::name);
    static final Column<Agent, String> MODE = COLUMNS.add("mode", Codec.TEXT, () -> AGENTS.MODE, Agent::mode);
    static final Column<Agent, AgentStatus> STATUS =
            COLUMNS.add("status", Codec.text(Formats.AGENT_STATUS), () -> AGENTS.STATUS, Agent::status);
    static final Column<Agent, List<String>> CAPABILITIES =
            COLUMNS.add("capabilities", Codec.text(Formats.STRINGS), () -> AGENTS.CAPABILITIES, Agent::capabilities);
    static final Column<Agent, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> AGENTS.METADATA, Agent::metadata);
    static final Column<Agent, Long> VERSION = COLUMNS.add("version", Codec.LONG, () -> AGENTS.VERSION, Agent::version);
    static final Column<Agent, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> AGENTS.CREATED_AT, Agent::createdAt);
    static final Column<Agent, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> AGENTS.UPDATED_AT, Agent::updatedAt);
    static final Mapping<AgentId, Agent> MAPPING = new Mapping<>(
                    "agent", () -> AGENTS, COLUMNS, AgentMapping::map, ID, VERSION, CREATED_AT, UPDATED_AT)
            .fixed(STATUS, "use updateStatus")
            .unique(NAME)
            .keptBy("messages or tool executions")
            .listedBy(CREATED_AT, ID);

    private AgentMapping() {}

    static Agent map(Row row) throws SQLException {
        return new Agent(
                /* id= */ row.get(ID),
                /* name= */ row.get(NAME),
                /* mode= */ row.get(MODE),
                /* status= */ row.get(STATUS),
                /* capabilities= */ row.get(CAPABILITIES),
                /* metadata= */ row.get(METADATA),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
