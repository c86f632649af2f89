package dev.modelscan.storage.cli.imports;

/**
 * How much was stored.
 *
 * @param failures how many of the tool executions failed
 */
record Stored(long messages, long toolExecutions, long failures, long modelCalls) {

    static final Stored NOTHING = new Stored(0, 0, 0, 0);
}
