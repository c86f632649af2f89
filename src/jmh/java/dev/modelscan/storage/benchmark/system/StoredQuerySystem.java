package dev.modelscan.storage.benchmark.system;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;
import static org.jooq.impl.DSL.select;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.queries.QueryParameter;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.teams.TeamMember;
import java.util.List;

/** Stored queries, as an application writes them, that read the same records. */
final class StoredQuerySystem implements StorageSystem {

    private static final QueryParameter<AgentId> AGENT = StoredQueries.parameter("agent", AGENTS.ID);
    private static final QueryParameter<TaskStatus> STATUS = StoredQueries.parameter("status", TASKS.STATUS);
    private static final QueryParameter<TeamId> TEAM = StoredQueries.parameter("team", TEAM_MEMBERS.TEAM_ID);

    private static final StoredQuery<Agent> BY_ID = StoredQueries.query(
            () -> select(
                            AGENTS.ID,
                            AGENTS.NAME,
                            AGENTS.MODE,
                            AGENTS.STATUS,
                            AGENTS.CAPABILITIES,
                            AGENTS.METADATA,
                            AGENTS.VERSION,
                            AGENTS.CREATED_AT,
                            AGENTS.UPDATED_AT)
                    .from(AGENTS)
                    .where(AGENTS.ID.eq(AGENT.param())),
            into(Agent::new));

    private static final StoredQuery<Task> COMPLETED = StoredQueries.query(
            () -> select(
                            TASKS.ID,
                            TASKS.AGENT_ID,
                            TASKS.WORKFLOW_ID,
                            TASKS.TEAM_ID,
                            TASKS.TYPE,
                            TASKS.STATUS,
                            TASKS.PRIORITY,
                            TASKS.INPUT,
                            TASKS.OUTPUT,
                            TASKS.ERROR,
                            TASKS.METADATA,
                            TASKS.STARTED_AT,
                            TASKS.COMPLETED_AT,
                            TASKS.VERSION,
                            TASKS.CREATED_AT,
                            TASKS.UPDATED_AT,
                            TASKS.PARENT_ID,
                            TASKS.SOURCE_FORMAT,
                            TASKS.EXTERNAL_ID,
                            TASKS.SOURCE_RECORD,
                            TASKS.SOURCE_LINE)
                    .from(TASKS)
                    .where(TASKS.AGENT_ID.eq(AGENT.param()))
                    .and(TASKS.STATUS.eq(STATUS.param()))
                    .orderBy(TASKS.PRIORITY.desc(), TASKS.CREATED_AT, TASKS.ID),
            into(
                    (id,
                            agent,
                            workflow,
                            team,
                            type,
                            status,
                            priority,
                            input,
                            output,
                            error,
                            metadata,
                            started,
                            completed,
                            version,
                            created,
                            updated,
                            parent,
                            format,
                            externalId,
                            record,
                            line) -> new Task(
                            id,
                            agent,
                            workflow,
                            team,
                            parent,
                            type,
                            status,
                            priority,
                            input,
                            output,
                            error,
                            origin(format, externalId, record, line),
                            metadata,
                            started,
                            completed,
                            version,
                            created,
                            updated)));

    private static final StoredQuery<TeamMember> MEMBERS = StoredQueries.query(
            () -> select(
                            AGENTS.ID,
                            AGENTS.NAME,
                            AGENTS.MODE,
                            AGENTS.STATUS,
                            AGENTS.CAPABILITIES,
                            AGENTS.METADATA,
                            AGENTS.VERSION,
                            AGENTS.CREATED_AT,
                            AGENTS.UPDATED_AT,
                            TEAM_MEMBERS.ROLE,
                            TEAM_MEMBERS.JOINED_AT)
                    .from(TEAM_MEMBERS)
                    .join(AGENTS)
                    .on(TEAM_MEMBERS.AGENT_ID.eq(AGENTS.ID))
                    .where(TEAM_MEMBERS.TEAM_ID.eq(TEAM.param()))
                    .orderBy(TEAM_MEMBERS.JOINED_AT, TEAM_MEMBERS.AGENT_ID),
            into((id, name, mode, status, capabilities, metadata, version, createdAt, updatedAt, role, joinedAt) ->
                    new TeamMember(
                            new Agent(id, name, mode, status, capabilities, metadata, version, createdAt, updatedAt),
                            role,
                            joinedAt)));

    private final Database database;

    StoredQuerySystem(Database database) {
        this.database = database;
    }

    /** A query has at most 22 columns, so it leaves out the source and the offset, which no sample has. */
    private static Origin origin(String format, String externalId, Long record, Long line) {
        return format == null ? Origin.NONE : new Origin(format, externalId, null, record, line, null);
    }

    @Override
    public Object agent(AgentId id) {
        return database.query(BY_ID).set(AGENT, id).one();
    }

    @Override
    public List<?> completedTasks(AgentId agentId, int limit) {
        return database.query(COMPLETED)
                .set(AGENT, agentId)
                .set(STATUS, TaskStatus.COMPLETED)
                .page(PageRequest.first(limit))
                .items();
    }

    @Override
    public List<?> members(TeamId teamId) {
        return database.query(MEMBERS).set(TEAM, teamId).list(PageRequest.MAX_LIMIT);
    }

    @Override
    public void createTask(Task task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void createMessages(List<Message> messages) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        database.close();
    }
}
