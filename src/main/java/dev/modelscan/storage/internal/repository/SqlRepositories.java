package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.agents.AgentRepository;
import dev.modelscan.storage.blobs.BlobRepository;
import dev.modelscan.storage.conversations.ConversationRepository;
import dev.modelscan.storage.conversations.MessageRepository;
import dev.modelscan.storage.deleted.DeletedRecords;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.models.ModelCallRepository;
import dev.modelscan.storage.queries.MappedTable;
import dev.modelscan.storage.queries.QueryRun;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.queries.TableRows;
import dev.modelscan.storage.scores.ScoreRepository;
import dev.modelscan.storage.sources.SourceRepository;
import dev.modelscan.storage.tasks.TaskRepository;
import dev.modelscan.storage.teams.TeamRepository;
import dev.modelscan.storage.tools.ToolExecutionRepository;
import dev.modelscan.storage.workflows.WorkflowRepository;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The repositories of a database or of a transaction. Each is created on first use, because its class loads
 * its queries. Two threads may create the same one twice, which does no harm.
 */
public abstract class SqlRepositories implements Repositories {

    private final Sessions sessions;
    private volatile @Nullable AgentRepository agents;
    private volatile @Nullable WorkflowRepository workflows;
    private volatile @Nullable TaskRepository tasks;
    private volatile @Nullable MessageRepository messages;
    private volatile @Nullable BlobRepository blobs;
    private volatile @Nullable TeamRepository teams;
    private volatile @Nullable ToolExecutionRepository toolExecutions;
    private volatile @Nullable ConversationRepository conversations;
    private volatile @Nullable ModelCallRepository modelCalls;
    private volatile @Nullable ScoreRepository scores;
    private volatile @Nullable SourceRepository sources;
    private volatile @Nullable DeletedRecords deletedRecords;

    /** All repositories run their work on these sessions. */
    protected SqlRepositories(Sessions sessions) {
        this.sessions = Observed.by(sessions);
    }

    @Override
    public AgentRepository agents() {
        AgentRepository made = agents;
        if (made == null) {
            made = new SqlAgentRepository(sessions);
            agents = made;
        }
        return made;
    }

    @Override
    public DeletedRecords deletedRecords() {
        DeletedRecords made = deletedRecords;
        if (made == null) {
            made = new SqlDeletedRecords(sessions);
            deletedRecords = made;
        }
        return made;
    }

    @Override
    public WorkflowRepository workflows() {
        WorkflowRepository made = workflows;
        if (made == null) {
            made = new SqlWorkflowRepository(sessions);
            workflows = made;
        }
        return made;
    }

    @Override
    public TaskRepository tasks() {
        TaskRepository made = tasks;
        if (made == null) {
            made = new SqlTaskRepository(sessions);
            tasks = made;
        }
        return made;
    }

    @Override
    public MessageRepository messages() {
        MessageRepository made = messages;
        if (made == null) {
            made = new SqlMessageRepository(sessions);
            messages = made;
        }
        return made;
    }

    @Override
    public BlobRepository blobs() {
        BlobRepository made = blobs;
        if (made == null) {
            made = new SqlBlobRepository(sessions);
            blobs = made;
        }
        return made;
    }

    @Override
    public TeamRepository teams() {
        TeamRepository made = teams;
        if (made == null) {
            made = new SqlTeamRepository(sessions);
            teams = made;
        }
        return made;
    }

    @Override
    public ToolExecutionRepository toolExecutions() {
        ToolExecutionRepository made = toolExecutions;
        if (made == null) {
            made = new SqlToolExecutionRepository(sessions);
            toolExecutions = made;
        }
        return made;
    }

    /** Whether queries of the caller may write. */
    abstract boolean mayWrite();

    @Override
    public <R> QueryRun<R> query(StoredQuery<R> query) {
        Objects.requireNonNull(query, "query");
        return new SqlQueryRun<>(sessions, (CallersQuery<R>) query, mayWrite());
    }

    @Override
    public <K, R> TableRows<K, R> table(MappedTable<K, R> table) {
        return new SqlTableRows<>(sessions, (CallersTable<K, ?, R>) Objects.requireNonNull(table, "table"));
    }

    @Override
    public ConversationRepository conversations() {
        ConversationRepository made = conversations;
        if (made == null) {
            made = new SqlConversationRepository(sessions);
            conversations = made;
        }
        return made;
    }

    @Override
    public ModelCallRepository modelCalls() {
        ModelCallRepository made = modelCalls;
        if (made == null) {
            made = new SqlModelCallRepository(sessions);
            modelCalls = made;
        }
        return made;
    }

    @Override
    public ScoreRepository scores() {
        ScoreRepository made = scores;
        if (made == null) {
            made = new SqlScoreRepository(sessions);
            scores = made;
        }
        return made;
    }

    @Override
    public SourceRepository sources() {
        SourceRepository made = sources;
        if (made == null) {
            made = new SqlSourceRepository(sessions);
            sources = made;
        }
        return made;
    }
}
