package dev.modelscan.storage.teams;

import java.util.List;

/**
 * A team and all of its members.
 *
 * @param team the team
 * @param members its members, by {@code joinedAt}, then id; empty if it has none
 * @since 0.1.0
 */
public record TeamWithMembers(Team team, List<TeamMember> members) {

    /** Copies the list. */
    public TeamWithMembers {
        members = List.copyOf(members);
    }
}
