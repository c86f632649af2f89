package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Conversations of large messages, no two of which have a column in common but what places them in their conversation. */
final class LargeMessages {

    private static final int CONVERSATIONS = 3;
    private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");

    private final List<ConversationId> conversations = new ArrayList<>();
    private final List<MessageId> messages = new ArrayList<>();
    private int turn;

    /** Stores them in a database that holds the fixture. */
    LargeMessages(Database database, int count, int length) {
        Random random = new Random(length);
        for (int i = 0; i < CONVERSATIONS; i++) {
            ConversationId conversation = ConversationId.next();
            conversations.add(conversation);
            List<Message> all = new ArrayList<>();
            for (int j = 0; j < count; j++) {
                all.add(message(conversation, i * count + j, length, random));
            }
            database.messages().createAll(all).forEach(message -> messages.add(message.id()));
        }
    }

    private static Message message(ConversationId conversation, int number, int length, Random random) {
        Instant time = START.plusSeconds(number);
        return Message.builder()
                .conversationId(conversation)
                .senderId(Fixture.agentIds()[number])
                .receiverId(Fixture.agentIds()[number + 500])
                .contentType(new ContentType("text/x-" + number))
                .content(text(length, random))
                .metadata(Map.of("model", "large-" + number, "seed", number))
                .readAt(time.plusMillis(number))
                .createdAt(time)
                .build();
    }

    private static String text(int length, Random random) {
        StringBuilder text = new StringBuilder(length + 16);
        while (text.length() < length) {
            text.append(Integer.toString(random.nextInt(1_000_000), 36)).append(random.nextInt(12) == 0 ? '\n' : ' ');
        }
        return text.substring(0, length);
    }

    /** The next conversation, in turn. */
    ConversationId conversation() {
        return conversations.get(Math.floorMod(turn++, conversations.size()));
    }

    /** The next message, in turn. */
    MessageId message() {
        return messages.get(Math.floorMod(turn++, messages.size()));
    }
}
