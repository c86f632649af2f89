package dev.modelscan.storage.conversations;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model is given of a conversation: a summary of its beginning, and the messages that follow.
 *
 * @param summary what {@link ConversationRepository#compact} was given; null if the conversation was not compacted
 * @param messages the messages after those that the summary stands for, by number; on the path to the head
 * @param complete whether these are all of them; false if the limit left the oldest of them out
 * @since 0.1.0
 */
public record ConversationContext(@Nullable String summary, List<Message> messages, boolean complete) {

    /** Copies the list. */
    public ConversationContext {
        messages = List.copyOf(messages);
    }
}
