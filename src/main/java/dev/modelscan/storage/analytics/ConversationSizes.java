package dev.modelscan.storage.analytics;

/**
 * How messages are spread over the conversations that have any. All are 0 where there is none.
 *
 * @param conversations how many conversations have messages
 * @param messages how many messages they have together
 * @param smallest the fewest messages of one
 * @param median as many conversations have fewer messages as have more; the mean of the middle two for an even number
 * @param largest the most messages of one
 * @since 0.1
 */
public record ConversationSizes(long conversations, long messages, long smallest, double median, long largest) {}
