package dev.modelscan.storage.benchmark.harness;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import java.util.List;
import java.util.stream.IntStream;

/** The kinds of conversations that the database holds, {@link #COUNT} of each. */
public enum Conversations {
    /** Messages whose lengths have a long tail. */
    TYPICAL("100 messages", 100, 0),
    /** Messages of 1,000 characters outside Latin script. */
    OTHER_SCRIPT("100 messages of 1,000 characters outside Latin script", 100, 1_000),
    /** Messages of 10 KB. */
    LARGE("100 messages of 10 KB", 100, 10_000),
    /** Messages of 200 KB. */
    HUGE("20 messages of 200 KB", 20, 200_000);

    /** How many conversations there are of each kind. */
    public static final int COUNT = 3;

    private static final int NUMBERS = 1_000;

    private final String title;
    private final int size;
    private final int length;

    Conversations(String title, int size, int length) {
        this.title = title;
        this.size = size;
        this.length = length;
    }

    /** What the newest messages of one are called in reports. */
    public String title() {
        return title;
    }

    /** How many messages one has. */
    public int size() {
        return size;
    }

    /** The id of one of them. */
    public ConversationId id(int turn) {
        return new ConversationId(Fixture.id('c', number(turn, 0)));
    }

    /** The id of one of their messages; each turn has another than the one before. */
    public MessageId message(int turn) {
        return new MessageId(Fixture.id('m', number(turn, Math.floorMod(turn, size))));
    }

    private int number(int turn, int message) {
        return (ordinal() * COUNT + Math.floorMod(turn, COUNT)) * NUMBERS + message;
    }

    List<Message> messages(int turn) {
        return IntStream.range(0, size)
                .mapToObj(message -> message(id(turn), number(turn, message)))
                .toList();
    }

    private Message message(ConversationId conversation, int number) {
        return switch (this) {
            case TYPICAL -> Samples.message(conversation, number);
            case OTHER_SCRIPT -> Samples.messageOfOtherScript(conversation, number);
            default -> Samples.message(conversation, number, length);
        };
    }
}
