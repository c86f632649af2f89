package dev.modelscan.storage.benchmark.system;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives messages their numbers: one statement for each conversation takes all that it needs. */
final class Numbering {

    private Numbering() {}

    /** Raises a conversation's last number by a count, and returns it. */
    @FunctionalInterface
    interface Taker<X extends Exception> {
        long take(ConversationId conversation, long count) throws X;
    }

    static <X extends Exception> List<Message> number(List<Message> messages, Taker<X> taker) throws X {
        Map<ConversationId, Long> counts = new LinkedHashMap<>();
        messages.forEach(message -> counts.merge(message.conversationId(), 1L, Long::sum));
        Map<ConversationId, Long> last = new LinkedHashMap<>();
        for (Map.Entry<ConversationId, Long> entry : counts.entrySet()) {
            long end = taker.take(entry.getKey(), entry.getValue());
            last.put(entry.getKey(), end - entry.getValue());
        }
        List<Message> numbered = new ArrayList<>(messages.size());
        for (Message message : messages) {
            numbered.add(withNumber(message, last.merge(message.conversationId(), 1L, Long::sum)));
        }
        return numbered;
    }

    private static Message withNumber(Message message, long number) {
        return new Message(
                message.id(),
                message.conversationId(),
                number,
                message.senderId(),
                message.receiverId(),
                message.taskId(),
                message.teamId(),
                message.role(),
                message.contentType(),
                message.content(),
                message.metadata(),
                message.parentId(),
                message.readAt(),
                message.version(),
                message.createdAt(),
                message.updatedAt(),
                message.parts());
    }
}
