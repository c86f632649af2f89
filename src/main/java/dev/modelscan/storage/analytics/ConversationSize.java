package dev.modelscan.storage.analytics;

import dev.modelscan.storage.conversations.ConversationId;

/**
 * How many messages a conversation has.
 *
 * @param conversationId the conversation
 * @param messages how many messages it has
 * @since 0.1.0
 */
public record ConversationSize(ConversationId conversationId, long messages) {}
