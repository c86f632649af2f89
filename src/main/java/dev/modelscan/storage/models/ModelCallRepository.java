package dev.modelscan.storage.models;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.TaskId;
import java.util.Collection;
import java.util.Optional;

/**
 * Stores model calls. They stay when their task, message or agent is deleted, and then belong to none: what was spent
 * is spent.
 *
 * @since 0.1.0
 */
public interface ModelCallRepository extends Repository<ModelCallId, ModelCall> {

    /** The call with this source format and external id; empty if there is none. */
    Optional<ModelCall> findByExternalId(String format, String externalId);

    /**
     * Stores those calls that are not stored yet, in one transaction. A call counts as stored if there is one with its
     * format and external id. So a second import of a source counts nothing twice. Calls without an external id are all
     * stored.
     *
     * @throws dev.modelscan.storage.errors.ConflictException if an id is taken by a call with another external id
     * @throws dev.modelscan.storage.errors.ReferenceException if one refers to a record that does not exist
     */
    void createMissing(Collection<ModelCall> calls);

    /** The calls for a task, by {@code createdAt}, then id. */
    Page<ModelCall> listByTask(TaskId taskId, PageRequest request);

    /** The calls of an agent, by {@code createdAt}, then id. */
    Page<ModelCall> listByAgent(AgentId agentId, PageRequest request);

    /** The calls that a message answered, by {@code createdAt}, then id. */
    Page<ModelCall> listByMessage(MessageId messageId, PageRequest request);
}
