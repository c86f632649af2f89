package dev.modelscan.storage.teams;

import java.time.Instant;

/**
 * A team that an agent belongs to.
 *
 * @param team the team
 * @param role what the agent does there
 * @param joinedAt when the agent was first added, in whole microseconds; a change of role leaves it
 * @since 0.1.0
 */
public record TeamMembership(Team team, String role, Instant joinedAt) {}
