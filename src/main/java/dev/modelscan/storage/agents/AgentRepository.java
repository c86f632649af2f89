package dev.modelscan.storage.agents;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Stores agents.
 *
 * <p>Deleting an agent takes it out of its teams and leaves its tasks unassigned. It is refused with
 * {@link ReferenceException} while the agent is the sender or the receiver of a message, or has tool executions: those
 * are history. {@link #updateStatus} to {@link AgentStatus#INACTIVE} retires such an agent.
 *
 * @since 0.1.0
 */
public interface AgentRepository extends Repository<AgentId, Agent> {

    /**
     * The agent with that name, compared exactly.
     *
     * @throws NotFoundException if there is none
     */
    Agent getByName(String name);

    /**
     * The agent with the record's name; if there is none, the record is stored. Of several callers at once, in this
     * process or others, one stores its record, and all get that one.
     *
     * @return the agent as it is stored: its id, and all but its name, may differ from the record's
     * @throws ConflictException if there is no agent with that name, and the record's id is taken
     * @throws InvalidDataException if a value is beyond the database's limits
     */
    Agent findOrCreate(Agent record);

    /**
     * Stores the record, or overwrites the agent with its name. The version is not compared: the last one wins. An
     * agent that is overwritten keeps its id and its {@code createdAt}. Its status stays, too; {@link #updateStatus}
     * changes it.
     *
     * @return the agent as it is stored
     * @throws ConflictException if there is no agent with that name, and the record's id is taken
     * @throws InvalidDataException if a value is beyond the database's limits
     */
    Agent upsert(Agent record);

    /** The agent with that name, compared exactly, or nothing. */
    Optional<Agent> findByName(String name);

    /**
     * The agents with these ids, by id, in one statement. Ids of no agent are left out.
     *
     * @param ids at most {@link PageRequest#MAX_LIMIT}
     * @return an immutable list
     * @throws IllegalArgumentException if there are too many
     */
    List<Agent> listByIds(Collection<AgentId> ids);

    /** The agents of one status, by {@code createdAt}, then id. */
    Page<Agent> listByStatus(AgentStatus status, PageRequest request);

    /**
     * Sets the status. Setting the one that it has is no error.
     *
     * @return the agent as it is stored
     * @throws NotFoundException if there is none with that id
     */
    Agent updateStatus(AgentId id, AgentStatus status);

    /**
     * Makes these agents active and all others inactive, in one transaction. The number of statements does not grow
     * with the number of agents. An empty collection makes all inactive. Agents that have the right status already are
     * not changed.
     *
     * @throws NotFoundException if one of the ids is of no agent; then nothing is changed
     */
    void setActive(Collection<AgentId> ids);
}
