package dev.modelscan.storage.analytics;

/**
 * How many there are, of which the lists of {@link Analytics} and {@link ModelCosts} are a part.
 *
 * @param tools the tools that were used
 * @param agents all agents, whatever the scope
 * @param models the rows of {@link ModelCosts#byModel}: models, each with each currency
 * @since 0.1.0
 */
public record Totals(long tools, long agents, long models) {}
