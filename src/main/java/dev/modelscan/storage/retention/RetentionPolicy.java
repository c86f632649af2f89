package dev.modelscan.storage.retention;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is kept. A rule that is not set keeps everything of its kind.
 *
 * @param conversations how long a conversation is kept after its newest message; it goes whole
 * @param messagesPerConversation how many of the newest messages of a conversation are kept; a few more if an answer would
 *     lose its call. Conversations with branches or compactions are left alone
 * @param tasks how long a task is kept after it ended
 * @param tasksPerAgent how many of an agent's tasks that have ended are kept, the newest
 * @param toolExecutions how long a tool execution is kept after it ended
 * @param modelCalls how long a model call is kept after it was stored
 * @since 0.1.0
 */
public record RetentionPolicy(
        @Nullable Duration conversations,
        @Nullable Integer messagesPerConversation,
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
        requirePositive("tasks", tasks);
        requirePositive("tasksPerAgent", tasksPerAgent);
        requirePositive("toolExecutions", toolExecutions);
        requirePositive("modelCalls", modelCalls);
        if (conversations == null
                && messagesPerConversation == null
                && tasks == null
                && tasksPerAgent == null
                && toolExecutions == null
                && modelCalls == null) {
            throw new IllegalArgumentException("retention: no rule is set, so everything is kept; set one");
        }
    }

    private static void requirePositive(String rule, @Nullable Duration age) {
        if (age != null && (age.isNegative() || age.isZero())) {
            throw new IllegalArgumentException("retention: " + rule + " is " + age + "; give a positive time");
        }
    }

    private static void requirePositive(String rule, @Nullable Integer count) {
        if (count != null && count < 1) {
            throw new IllegalArgumentException("retention: " + rule + " is " + count + "; give 1 or more");
        }
    }

    /** A builder without rules. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects rules. Not thread-safe. */
    public static final class Builder {

        private @Nullable Duration conversations;
        private @Nullable Integer messagesPerConversation;
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

        /** How long a model call is kept after it was stored. */
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
                    conversations, messagesPerConversation, tasks, tasksPerAgent, toolExecutions, modelCalls);
        }
    }
}
