package dev.modelscan.storage.analytics;

/**
 * How many messages the conversations have that have any. All values are 0 if there are none.
 *
 * @param conversations how many conversations have messages
 * @param messages how many messages they have together
 * @param smallest the fewest messages of one conversation
 * @param median the median number of messages; for an even number of conversations the mean of the middle two
 * @param largest the most messages of one conversation
 * @since 0.1.0
 */
public record ConversationSizes(long conversations, long messages, long smallest, double median, long largest) {}
