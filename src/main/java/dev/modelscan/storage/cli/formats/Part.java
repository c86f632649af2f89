package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A part of a message, in the order of the message. */
public sealed interface Part {

    /** Text, to the letter. It may be empty. */
    record Text(String text) implements Part {}

    /** The model's reasoning, with its signature or encrypted content, as the file has it. */
    record Reasoning(JsonNode json) implements Part {}

    /**
     * An image, audio or another file.
     *
     * @param kind {@code image}, {@code audio} or {@code file}
     * @param mediaType such as {@code image/png}; null if the file does not say
     * @param json the part as the file has it, with its data or its reference
     */
    record Media(String kind, @Nullable String mediaType, JsonNode json) implements Part {}

    /** The model's refusal. */
    record Refusal(String text) implements Part {}

    /**
     * A call of a tool.
     *
     * @param callId the call's id; null if it has none
     * @param tool the tool's name; null if the file lacks it
     * @param input the arguments: text that holds JSON is parsed by {@link Fields#json}; null if there are none
     * @param json the call as the file has it
     */
    record Call(
            @Nullable String callId,
            @Nullable String tool,
            @Nullable JsonNode input,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            JsonNode json)
            implements Part {}

    /**
     * A tool's answer.
     *
     * @param callId the id of the call; null if the file has none: it then answers the oldest open call of the tool
     * @param tool the tool's name, if the answer names it
     * @param output the answer; null if there is none
     * @param outcome what the file's own flag says; {@link Outcome#UNKNOWN} without a flag
     * @param decidedBy the name of that flag, such as {@code is_error}; null without one
     * @param startedAt when the tool began, if the answer says so
     * @param completedAt when the tool ended, if the answer says so; else the message's time is taken
     * @param took how long the tool ran, if the file says so; null if the times say it, or nothing does
     * @param childRun the external id of the run that the tool started, such as a sub-agent's; null if the file names none
     */
    record Answer(
            @Nullable String callId,
            @Nullable String tool,
            @Nullable JsonNode output,
            Outcome outcome,
            @Nullable String decidedBy,
            @Nullable Instant startedAt,
            @Nullable Instant completedAt,
            @Nullable Duration took,
            @Nullable String childRun)
            implements Part {

        /** An answer with times, of a tool that started no run. */
        public Answer(
                @Nullable String callId,
                @Nullable String tool,
                @Nullable JsonNode output,
                Outcome outcome,
                @Nullable String decidedBy,
                @Nullable Instant startedAt,
                @Nullable Instant completedAt,
                @Nullable Duration took) {
            this(callId, tool, output, outcome, decidedBy, startedAt, completedAt, took, null);
        }

        /** An answer with times. */
        public Answer(
                @Nullable String callId,
                @Nullable String tool,
                @Nullable JsonNode output,
                Outcome outcome,
                @Nullable String decidedBy,
                @Nullable Instant startedAt,
                @Nullable Instant completedAt) {
            this(callId, tool, output, outcome, decidedBy, startedAt, completedAt, null, null);
        }

        /** An answer without times of its own. */
        public Answer(
                @Nullable String callId,
                @Nullable String tool,
                @Nullable JsonNode output,
                Outcome outcome,
                @Nullable String decidedBy) {
            this(callId, tool, output, outcome, decidedBy, null, null, null, null);
        }

        /** This answer, of a tool that started a run. */
        public Answer started(@Nullable String run) {
            return new Answer(callId, tool, output, outcome, decidedBy, startedAt, completedAt, took, run);
        }
    }

    /** Anything else, as the file has it. */
    record Other(JsonNode json) implements Part {}
}
