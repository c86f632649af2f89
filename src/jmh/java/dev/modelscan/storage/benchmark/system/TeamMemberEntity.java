package dev.modelscan.storage.benchmark.system;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;

/** A membership, as Hibernate sees it. */
@Entity
@Table(name = "team_members")
@IdClass(TeamMemberEntity.Key.class)
public class TeamMemberEntity {
    @Id
    @Column(name = "team_id")
    String teamId;

    @Id
    @Column(name = "agent_id")
    String agentId;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "agent_id", insertable = false, updatable = false)
    AgentEntity agent;

    String role;

    @Column(name = "joined_at")
    Instant joinedAt;

    /** The key of a membership. */
    public record Key(String teamId, String agentId) implements Serializable {}
}
