package dev.modelscan.storage.analytics;

import dev.modelscan.storage.agents.AgentId;

/**
 * What an agent did.
 *
 * @param agentId the agent
 * @param name the name of the agent
 * @param messagesSent how many messages it sent
 * @param toolExecutions how often it used a tool
 * @param tasks how many tasks are assigned to it
 * @since 0.1.0
 */
public record AgentActivity(AgentId agentId, String name, long messagesSent, long toolExecutions, long tasks) {}
