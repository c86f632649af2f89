package dev.modelscan.storage.teams;

import dev.modelscan.storage.agents.Agent;
import java.time.Instant;

/**
 * An agent as a member of a team.
 *
 * @param agent the member
 * @param role what the member does in the team
 * @param joinedAt when it was first added, in whole microseconds; a change of role leaves it
 * @since 0.1.0
 */
public record TeamMember(Agent agent, String role, Instant joinedAt) {}
