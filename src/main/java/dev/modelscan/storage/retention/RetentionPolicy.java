package dev.modelscan.storage.retention;

import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is kept. A rule that is not set keeps everything of its kind.
 *
 * @param conversations how long a conversation is kept after its newest message, or after it was created if it has
 *     none; then all of it is deleted
 * @param messagesPerConversation how many of the newest messages of a conversation are kept; a few more if an answer
 *     would lose its call. Conversations with branches or summaries are not changed
 * @param messageBytesPerConversation how many bytes of the newest messages of a conversation are kept, by the same
 *     rule, and at least the newest message, however large it is. The bytes of a message are those of its content and
 *     of its parts' text in UTF-8, and of their blobs
 * @param messageBytes how many bytes of messages are kept in all: whole conversations are deleted, the oldest first; the
 *     conversation that crosses the number stays
 * @param tasks how long a task is kept after it ended; if that time is unknown, after its {@code createdAt}
 * @param tasksPerAgent how many of an agent's tasks that have ended are kept, the newest
 * @param toolExecutions how long a tool execution is kept after it ended; if that time is unknown, after its
 *     {@code createdAt}
 * @param modelCalls how long a model call is kept after its {@code createdAt}
 * @since 0.1.0
 */
public record RetentionPolicy(
        @Nullable Duration conversations,
        @Nullable Integer messagesPerConversation,
        @Nullable Long messageBytesPerConversation,
        @Nullable Long messageBytes,
        @Nullable Duration tasks,
        @Nullable Integer tasksPerAgent,
        @Nullable Duration toolExecutions,
        @Nullable Duration modelCalls) {

    /**
     * Checks the rules.
     *
     * @throws IllegalArgumentException if none is set, or one is not positive
     */
    public RetentionPolicy {
        requirePositive("conversations", conversations);
        requirePositive("messagesPerConversation", messagesPerConversation);
        requirePositive("messageBytesPerConversation", messageBytesPerConversation);
        requirePositive("messageBytes", messageBytes);
        requirePositive("tasks", tasks);
        requirePositive("tasksPerAgent", tasksPerAgent);
        requirePositive("toolExecutions", toolExecutions);
        requirePositive("modelCalls", modelCalls);
        if (Stream.of(
                        conversations,
                        messagesPerConversation,
                        messageBytesPerConversation,
                        messageBytes,
                        tasks,
                        tasksPerAgent,
                        toolExecutions,
                        modelCalls)
                .allMatch(Objects::isNull)) {
            throw new IllegalArgumentException("retention: no rule is set, so everything is kept; set one");
        }
    }

    private static void requirePositive(String rule, @Nullable Duration age) {
        if (age != null && (age.isNegative() || age.isZero())) {
            throw new IllegalArgumentException("retention: " + rule + " is " + age + "; give a positive time");
        }
    }

    private static void requirePositive(String rule, @Nullable Number count) {
        if (count != null && count.longValue() < 1) {
            throw new IllegalArgumentException("retention: " + rule + " is " + count + "; give 1 or more");
        }
    }

    /** A builder without rules. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Collects rules. Not thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {

        private @Nullable Duration conversations;
        private @Nullable Integer messagesPerConversation;
        private @Nullable Long messageBytesPerConversation;
        private @Nullable Long messageBytes;
        private @Nullable Duration tasks;
        private @Nullable Integer tasksPerAgent;
        private @Nullable Duration toolExecutions;
        private @Nullable Duration modelCalls;

        private Builder() {}

        /** How long a conversation is kept after its newest message. */
        public Builder conversations(Duration age) {
            conversations = Objects.requireNonNull(age, "age");
            return this;
        }

        /** How many of the newest messages of a conversation are kept. */
        public Builder messagesPerConversation(int newest) {
            messagesPerConversation = newest;
            return this;
        }

        /** How many bytes of the newest messages of a conversation are kept; the newest message always is. */
        public Builder messageBytesPerConversation(long newest) {
            messageBytesPerConversation = newest;
            return this;
        }

        /** How many bytes of messages are kept in all; the oldest conversations are deleted, not the one that crosses it. */
        public Builder messageBytes(long newest) {
            messageBytes = newest;
            return this;
        }

        /** How long a task is kept after it ended. */
        public Builder tasks(Duration age) {
            tasks = Objects.requireNonNull(age, "age");
            return this;
        }

        /** How many of an agent's tasks that have ended are kept. */
        public Builder tasksPerAgent(int newest) {
            tasksPerAgent = newest;
            return this;
        }

        /** How long a tool execution is kept after it ended. */
        public Builder toolExecutions(Duration age) {
            toolExecutions = Objects.requireNonNull(age, "age");
            return this;
        }

        /** How long a model call is kept after its {@code createdAt}. */
        public Builder modelCalls(Duration age) {
            modelCalls = Objects.requireNonNull(age, "age");
            return this;
        }

        /**
         * The policy.
         *
         * @throws IllegalArgumentException if no rule is set, or one is not positive
         */
        public RetentionPolicy build() {
            return new RetentionPolicy(
                    /* conversations= */ conversations,
                    /* messagesPerConversation= */ messagesPerConversation,
                    /* messageBytesPerConversation= */ messageBytesPerConversation,
                    /* messageBytes= */ messageBytes,
                    /* tasks= */ tasks,
                    /* tasksPerAgent= */ tasksPerAgent,
                    /* toolExecutions= */ toolExecutions,
                    /* modelCalls= */ modelCalls);
        }
    }
}
