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
import java.util.Map;
import java.util.TreeMap;
import org.jooq.Query;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.impl.DSL;

/** Work on the database as a whole. */
public final class Maintenance {

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    /**
     * The lock for transactions that set the status of all agents. Without it, one would not see the agents
     * that another sets at the same time.
     */
    public static final String STATUS_OF_ALL = "status of all agents";

    private static final CompiledQuery<Void> IDLE = CompiledQuery.command("maintenance.idle", () -> DSL.update(AGENTS)
            .set(AGENTS.STATUS, DSL.inline(AgentStatus.IDLE, AGENTS.STATUS))
            .set(AGENTS.VERSION, AGENTS.VERSION.plus(DSL.inline(1L)))
            .set(
                    AGENTS.UPDATED_AT,
                    Mapping.notBefore(
                            AGENTS.CREATED_AT,
                            AgentColumns.UPDATED_AT.parameter().param()))
            .where(AGENTS.ID.in(IdList.select(IDS.param(), AGENTS.ID)))
            .and(AGENTS.STATUS.eq(DSL.inline(AgentStatus.ACTIVE, AGENTS.STATUS))));

    private static final CompiledQuery<Void> CANCEL = CompiledQuery.command("maintenance.cancel", () -> DSL.update(
                    TASKS)
            .set(TASKS.STATUS, DSL.inline(TaskStatus.CANCELLED, TASKS.STATUS))
            .set(TASKS.VERSION, TASKS.VERSION.plus(DSL.inline(1L)))
            .set(
                    TASKS.UPDATED_AT,
                    Mapping.notBefore(
                            TASKS.CREATED_AT, TaskColumns.UPDATED_AT.parameter().param()))
            .set(
                    TASKS.COMPLETED_AT,
                    Mapping.notBefore(
                            TASKS.STARTED_AT, TaskColumns.UPDATED_AT.parameter().param()))
            .where(TASKS.AGENT_ID.in(IdList.select(IDS.param(), TASKS.AGENT_ID)))
            .and(TASKS.STATUS.eq(DSL.inline(TaskStatus.RUNNING, TASKS.STATUS))));

    private record RowCount(String table, long rows) {}

    private static final CompiledQuery<RowCount> ROW_COUNTS = CompiledQuery.rows(
            "database.rowCounts",
            row -> new RowCount(row.get(Codec.TEXT, 1), row.get(Codec.LONG, 2)),
            Maintenance::rowCounts);

    private Maintenance() {}

    /** Sets these agents idle and cancels their running tasks. Returns the number of tasks. */
    public static int cancelRunning(Session session, Collection<AgentId> agentIds, Instant now) throws SQLException {
        String ids = Json.of(agentIds.stream().map(AgentId::value).distinct().toList())
                .toString();
        session.query(IDLE)
                .set(IDS, ids)
                .set(AgentColumns.UPDATED_AT.parameter(), now)
                .update();
        return session.query(CANCEL)
                .set(IDS, ids)
                .set(TaskColumns.UPDATED_AT.parameter(), now)
                .update();
    }

    /** The number of rows of each table, by name, in one statement. */
    public static Map<String, Long> rowCounts(Session session) throws SQLException {
        Map<String, Long> counts = new TreeMap<>();
        session.query(ROW_COUNTS).list().forEach(count -> counts.put(count.table(), count.rows()));
        return counts;
    }

    private static Query rowCounts() {
        return DefaultSchema.DEFAULT_SCHEMA
                .tableStream()
                .map(table -> (Select<Record2<String, Integer>>) DSL.select(
                        DSL.inline(table.getName()), DSL.field(DSL.selectCount().from(table))))
                .reduce(Select::unionAll)
                .orElseThrow();
    }
}
