package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.tasks.TaskStatus;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SelectField;
import org.jooq.Table;
import org.jooq.impl.DSL;

/** Work on the database as a whole. */
public final class Maintenance {

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    /**
     * The lock for transactions that set the status of all agents. Without it, one would not see the agents
     * that another sets at the same time.
     */
    static final String STATUS_OF_ALL = "status of all agents";

    private static final CompiledQuery<Void> IDLE = CompiledQuery.command("maintenance.idle", () -> DSL.update(AGENTS)
            .set(AGENTS.STATUS, DSL.inline(AgentStatus.IDLE, AGENTS.STATUS))
            .set(AGENTS.VERSION, AGENTS.VERSION.plus(DSL.inline(1L)))
            .set(
                    AGENTS.UPDATED_AT,
                    Mapping.notBefore(
                            AGENTS.CREATED_AT,
                            AgentMapping.UPDATED_AT.parameter().param()))
            .where(AGENTS.ID.in(IdList.select(IDS.param(), AGENTS.ID)))
            .and(AGENTS.STATUS.eq(DSL.inline(AgentStatus.ACTIVE, AGENTS.STATUS))));

    private static final CompiledQuery<Void> CANCEL = CompiledQuery.command("maintenance.cancel", () -> DSL.update(
                    TASKS)
            .set(TASKS.STATUS, DSL.inline(TaskStatus.CANCELLED, TASKS.STATUS))
            .set(TASKS.VERSION, TASKS.VERSION.plus(DSL.inline(1L)))
            .set(
                    TASKS.UPDATED_AT,
                    Mapping.notBefore(
                            TASKS.CREATED_AT, TaskMapping.UPDATED_AT.parameter().param()))
            .set(
                    TASKS.COMPLETED_AT,
                    Mapping.notBefore(
                            TASKS.STARTED_AT, TaskMapping.UPDATED_AT.parameter().param()))
            .where(TASKS.AGENT_ID.in(IdList.select(IDS.param(), TASKS.AGENT_ID)))
            .and(TASKS.STATUS.eq(DSL.inline(TaskStatus.RUNNING, TASKS.STATUS))));

    private Maintenance() {}

    /** Sets these agents idle and cancels their running tasks. Returns the number of tasks. */
    static int cancelRunning(Session session, Collection<AgentId> agentIds, Instant now) throws SQLException {
        String ids = Json.of(agentIds.stream().map(AgentId::value).distinct().toList())
                .toString();
        session.query(IDLE)
                .set(IDS, ids)
                .set(AgentMapping.UPDATED_AT.parameter(), now)
                .update();
        return session.query(CANCEL)
                .set(IDS, ids)
                .set(TaskMapping.UPDATED_AT.parameter(), now)
                .update();
    }

    /** The number of rows of each table, by name, in one statement. */
    public static Map<String, Long> rowCounts(DSLContext dsl) {
        Map<String, SelectField<Integer>> counts = new LinkedHashMap<>();
        DefaultSchema.DEFAULT_SCHEMA
                .tableStream()
                .sorted(Comparator.comparing(Table::getName))
                .forEach(table ->
                        counts.put(table.getName(), DSL.field(DSL.selectCount().from(table))));
        Record row = dsl.select(counts.values()).fetchSingle();
        Map<String, Long> result = new LinkedHashMap<>();
        int index = 0;
        for (String name : counts.keySet()) {
            result.put(name, row.get(index++, Long.class));
        }
        return result;
    }
}
