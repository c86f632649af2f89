package dev.modelscan.storage.internal.sql;

import dev.modelscan.storage.AgentRepository;
import dev.modelscan.storage.MessageRepository;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.TaskRepository;
import dev.modelscan.storage.TeamRepository;
import dev.modelscan.storage.ToolExecutionRepository;
import dev.modelscan.storage.WorkflowRepository;
import dev.modelscan.storage.internal.engine.Sessions;

/** The repositories over some sessions: a database's, or a transaction's. */
public abstract class SqlRepositories implements Repositories {

    private final AgentRepository agents;
    private final WorkflowRepository workflows;
    private final TaskRepository tasks;
    private final MessageRepository messages;
    private final TeamRepository teams;
    private final ToolExecutionRepository toolExecutions;

    /** Repositories that run all of their work on these sessions. */
    protected SqlRepositories(Sessions sessions) {
        this.agents = new SqlAgentRepository(sessions);
        this.workflows = new SqlWorkflowRepository(sessions);
        this.tasks = new SqlTaskRepository(sessions);
        this.messages = new SqlMessageRepository(sessions);
        this.teams = new SqlTeamRepository(sessions);
        this.toolExecutions = new SqlToolExecutionRepository(sessions);
    }

    @Override
    public AgentRepository agents() {
        return agents;
    }

    @Override
    public WorkflowRepository workflows() {
        return workflows;
    }

    @Override
    public TaskRepository tasks() {
        return tasks;
    }

    @Override
    public MessageRepository messages() {
        return messages;
    }

    @Override
    public TeamRepository teams() {
        return teams;
    }

    @Override
    public ToolExecutionRepository toolExecutions() {
        return toolExecutions;
    }
}
