package dev.modelscan.storage.teams;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import java.util.List;
import java.util.Optional;

/**
 * Stores teams and who belongs to them. Deleting a team ends its memberships and leaves its tasks and messages, which
 * then belong to none.
 *
 * @since 0.1.0
 */
public interface TeamRepository extends Repository<TeamId, Team> {

    /** The role of a member that was added without one. */
    String DEFAULT_ROLE = "member";

    /**
     * The team with that name, compared exactly.
     *
     * @throws NotFoundException if there is none
     */
    Team getByName(String name);

    /**
     * The team with the record's name; if there is none, the record is stored. Of several callers at once, in this
     * process or others, one stores its record, and all get that one.
     *
     * @return the team as it is stored: its id, and all but its name, may differ from the record's
     * @throws ConflictException if there is no team with that name, and the record's id is taken
     * @throws InvalidDataException if a value is beyond the database's limits
     */
    Team findOrCreate(Team record);

    /**
     * Stores the record, or overwrites the team with its name. The version is not compared: the last one wins. A team
     * that is overwritten keeps its id and its {@code createdAt}. Its members stay.
     *
     * @return the team as it is stored
     * @throws ConflictException if there is no team with that name, and the record's id is taken
     * @throws InvalidDataException if a value is beyond the database's limits
     */
    Team upsert(Team record);

    /** The team with that name, compared exactly, or nothing. */
    Optional<Team> findByName(String name);

    /** {@link #addMember(TeamId, AgentId, String)} with {@link #DEFAULT_ROLE}. */
    void addMember(TeamId teamId, AgentId agentId);

    /**
     * Adds an agent to a team. If it belongs to it already, its role is changed and {@code joinedAt} stays.
     *
     * @throws ReferenceException if the team or the agent does not exist
     * @throws InvalidDataException if the role is blank or longer than 255 characters
     */
    void addMember(TeamId teamId, AgentId agentId, String role);

    /**
     * Takes an agent out of a team.
     *
     * @throws NotFoundException if it does not belong to it
     */
    void removeMember(TeamId teamId, AgentId agentId);

    /**
     * Changes a member's role.
     *
     * @throws NotFoundException if the agent does not belong to the team
     * @throws InvalidDataException if the role is blank or longer than 255 characters
     */
    void updateMemberRole(TeamId teamId, AgentId agentId, String role);

    /**
     * All members of a team with their roles, in one query, by {@code joinedAt}, then id.
     *
     * @return an immutable list; empty if the team has no members or does not exist
     */
    List<TeamMember> listMembers(TeamId teamId);

    /**
     * The teams that an agent belongs to, with its role in each, in one query, by {@code joinedAt}, then id.
     *
     * @return an immutable list; empty if the agent is in no team or does not exist
     */
    List<TeamMembership> listByAgent(AgentId agentId);

    /**
     * The teams with all of their members, by {@code createdAt}, then id, in one query, however many there
     * are.
     */
    Page<TeamWithMembers> listWithMembers(PageRequest request);
}
