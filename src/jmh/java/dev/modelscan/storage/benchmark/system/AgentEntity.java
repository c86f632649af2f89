package dev.modelscan.storage.benchmark.system;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** An agent, as Hibernate sees it. */
@Entity
@Table(name = "agents")
public class AgentEntity {
    @Id
    String id;

    String name;
    String mode;
    String status;
    String capabilities;
    String metadata;
    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;
}
