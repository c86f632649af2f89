package dev.modelscan.storage.conversations;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A conversation, and how much it holds.
 *
 * @param conversation the conversation
 * @param messages how many messages it has, on all branches
 * @param unread how many of the messages that have a receiver were not read
 * @param lastMessageAt when the latest of its messages was made; null if it has none
 * @since 0.1.0
 */
public record ConversationCounts(
        Conversation conversation,
        long messages,
        long unread,
        @Nullable Instant lastMessageAt) {}
