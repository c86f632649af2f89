package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentRepository;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageRepository;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallRepository;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.scores.ScoreRepository;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.sources.SourceRepository;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskRepository;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamRepository;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionRepository;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowRepository;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The kinds of records that have a repository of the usual form. A repository's class is loaded when it is first used, which a
 * reference to its constructor would not wait for.
 */
final class Entities {

    /**
     * A kind of record.
     *
     * @param <R> the record
     */
    record Entity<R>(
            Class<R> record, Class<?> repository, Supplier<Mapping<?, R>> mapping, Function<Sessions, ?> maker) {}

    /** A new kind is one line here. */
    static final List<Entity<?>> ALL = List.of(
            new Entity<>(
                    Agent.class,
                    AgentRepository.class,
                    () -> AgentMapping.MAPPING,
                    sessions -> new SqlAgentRepository(sessions)),
            new Entity<>(
                    Workflow.class,
                    WorkflowRepository.class,
                    () -> WorkflowMapping.MAPPING,
                    sessions -> new SqlWorkflowRepository(sessions)),
            new Entity<>(
                    Task.class,
                    TaskRepository.class,
                    () -> TaskMapping.MAPPING,
                    sessions -> new SqlTaskRepository(sessions)),
            new Entity<>(
                    Message.class,
                    MessageRepository.class,
                    () -> MessageMapping.MAPPING,
                    sessions -> new SqlMessageRepository(sessions)),
            new Entity<>(
                    Team.class,
                    TeamRepository.class,
                    () -> TeamMapping.MAPPING,
                    sessions -> new SqlTeamRepository(sessions)),
            new Entity<>(
                    ToolExecution.class,
                    ToolExecutionRepository.class,
                    () -> ToolExecutionMapping.MAPPING,
                    sessions -> new SqlToolExecutionRepository(sessions)),
            new Entity<>(
                    ModelCall.class,
                    ModelCallRepository.class,
                    () -> ModelCallMapping.MAPPING,
                    sessions -> new SqlModelCallRepository(sessions)),
            new Entity<>(
                    Score.class,
                    ScoreRepository.class,
                    () -> ScoreMapping.MAPPING,
                    sessions -> new SqlScoreRepository(sessions)),
            new Entity<>(
                    Source.class,
                    SourceRepository.class,
                    () -> SourceMapping.MAPPING,
                    sessions -> new SqlSourceRepository(sessions)));

    private Entities() {}
}
