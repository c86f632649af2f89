package dev.modelscan.storage.analytics;

import dev.modelscan.storage.tasks.TaskStatus;

/**
 * How many tasks have a status.
 *
 * @param status the status
 * @param tasks how many have it
 * @since 0.1.0
 */
public record TaskCount(TaskStatus status, long tasks) {}
