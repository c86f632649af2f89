package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.tasks.Task;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A task, as Hibernate sees it. */
@Entity
@Table(name = "tasks")
public class TaskEntity {
    @Id
    String id;

    @Column(name = "agent_id")
    String agentId;

    @Column(name = "workflow_id")
    String workflowId;

    @Column(name = "team_id")
    String teamId;

    String type;
    String status;
    int priority;
    String input;
    String output;
    String error;
    String metadata;

    @Column(name = "started_at")
    Instant startedAt;

    @Column(name = "completed_at")
    Instant completedAt;

    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    @Column(name = "parent_id")
    String parentId;

    @Column(name = "source_format")
    String sourceFormat;

    @Column(name = "external_id")
    String externalId;

    @Column(name = "source_id")
    String sourceId;

    @Column(name = "source_record")
    Long sourceRecord;

    @Column(name = "source_line")
    Long sourceLine;

    @Column(name = "source_offset")
    Long sourceOffset;

    static TaskEntity of(Task task) {
        TaskEntity entity = new TaskEntity();
        entity.id = task.id().value();
        entity.agentId = task.agentId() == null ? null : task.agentId().value();
        entity.type = task.type();
        entity.status = task.status().code();
        entity.priority = task.priority();
        entity.input = task.input() == null ? null : task.input().toString();
        entity.metadata = task.metadata().toString();
        entity.version = task.version();
        entity.createdAt = task.createdAt();
        entity.updatedAt = task.updatedAt();
        return entity;
    }
}
