package dev.modelscan.storage.scores;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.tasks.TaskId;

/**
 * Stores scores. They are deleted with their task.
 *
 * @since 0.1.0
 */
public interface ScoreRepository extends Repository<ScoreId, Score> {

    /** The scores of a task, by {@code createdAt}, then id. */
    Page<Score> listByTask(TaskId taskId, PageRequest request);

    /** The scores with this name, by {@code createdAt}, then id. */
    Page<Score> listByName(String name, PageRequest request);
}
