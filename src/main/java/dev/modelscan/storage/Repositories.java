package dev.modelscan.storage;

import dev.modelscan.storage.agents.AgentRepository;
import dev.modelscan.storage.blobs.BlobRepository;
import dev.modelscan.storage.conversations.ConversationRepository;
import dev.modelscan.storage.conversations.MessageRepository;
import dev.modelscan.storage.deleted.DeletedRecords;
import dev.modelscan.storage.errors.StorageException;
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
import org.jooq.DSLContext;

/**
 * All repositories, and the query builder. Code that takes this type works on a {@link Database} and inside a
 * transaction alike.
 *
 * @since 0.1.0
 */
public interface Repositories {

    /** The agents. */
    default AgentRepository agents() {
        return repository(AgentRepository.class);
    }

    /** The workflows. */
    default WorkflowRepository workflows() {
        return repository(WorkflowRepository.class);
    }

    /** The tasks. */
    default TaskRepository tasks() {
        return repository(TaskRepository.class);
    }

    /** The conversations. */
    default ConversationRepository conversations() {
        return repository(ConversationRepository.class);
    }

    /** The messages. */
    default MessageRepository messages() {
        return repository(MessageRepository.class);
    }

    /** The bytes of messages: images, sound, files. */
    default BlobRepository blobs() {
        return repository(BlobRepository.class);
    }

    /** The teams and their members. */
    default TeamRepository teams() {
        return repository(TeamRepository.class);
    }

    /** The uses of tools. */
    default ToolExecutionRepository toolExecutions() {
        return repository(ToolExecutionRepository.class);
    }

    /** The calls of models. */
    default ModelCallRepository modelCalls() {
        return repository(ModelCallRepository.class);
    }

    /** The scores of tasks. */
    default ScoreRepository scores() {
        return repository(ScoreRepository.class);
    }

    /** What records were imported from. */
    default SourceRepository sources() {
        return repository(SourceRepository.class);
    }

    /** Records that were deleted and are kept; see {@link DatabaseBuilder#keepDeleted}. */
    default DeletedRecords deletedRecords() {
        return repository(DeletedRecords.class);
    }

    /**
     * The repository of a type, for code that works on any of them: {@code repository(TaskRepository.class)} is
     * {@link #tasks()}.
     *
     * @throws IllegalArgumentException if it is no type that a method of this interface returns
     */
    <R> R repository(Class<R> type);

    /**
     * jOOQ, for queries of the caller's own against the generated tables in {@code dev.modelscan.storage.schema}. What
     * the database refuses is thrown as a {@link StorageException}.
     *
     * <p>On a {@link Database} it reads, and refuses to write. On a {@link Tx} it takes part in the transaction, and
     * can write; rows that it writes are checked by the schema's constraints, and not by the repositories.
     */
    DSLContext dsl();

    /**
     * A stored query, ready for its parameters. On a {@link Database} it reads in its own transaction. On a
     * {@link Tx} it takes part in the transaction. {@link StoredQueries} makes stored queries.
     *
     * @throws IllegalArgumentException if the library cannot store the query; the message says why
     * @throws IllegalStateException if the query writes, and this is a {@link Database}
     */
    <R> QueryRun<R> query(StoredQuery<R> query);

    /**
     * The rows of a table of the application's own, with the calls and the errors of a repository. {@link
     * StoredQueries#table} makes a mapped table.
     */
    <K, R> TableRows<K, R> table(MappedTable<K, R> table);
}
