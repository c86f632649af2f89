package dev.modelscan.storage.models;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.internal.values.Decimals;
import dev.modelscan.storage.tasks.TaskId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model: its tokens, and what it cost.
 *
 * <p>All counts are as the provider reports them; none is computed from another. Providers count differently. The input
 * of OpenAI and Google includes the tokens of the cache; that of Anthropic does not. The output of Google does not
 * include the reasoning. Null is unknown, and is not 0.
 *
 * <p>The cost is exact to nine digits after the point, and rounded to the nearest, half up, beyond them. It is kept as
 * a whole number of billionths, so that sums are exact and the same on every engine.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param taskId the task that it was made for
 * @param messageId the message that it answered with
 * @param agentId the agent that made it
 * @param model the model, in the provider's words; 1 to 255 characters, not blank
 * @param provider who ran the model; 1 to 255 characters, not blank
 * @param inputTokens the tokens of the input, as the provider counts them; null if that is unknown
 * @param outputTokens the tokens of the output, as the provider counts them; null if that is unknown
 * @param cacheReadTokens the tokens of the input that were read from the cache; null if that is unknown
 * @param cacheWriteTokens the tokens of the input that were written to the cache; null if that is unknown
 * @param reasoningTokens the tokens of the reasoning; null if that is unknown
 * @param cost what it cost, 0 to 9223372036; null if that is unknown
 * @param currency the currency of the cost as three letters A to Z, as in ISO 4217; null if and only if the cost is
 *     null
 * @param finishReason why the model stopped, in the provider's words; 1 to 255 characters, not blank
 * @param startedAt when it began
 * @param completedAt when it ended
 * @param sourceFormat the format of the source that it was imported from; null if it was not imported
 * @param externalId its id in the source, unique within the format, so that a second import finds it; needs a
 *     {@code sourceFormat}
 * @param metadata a JSON object for whatever else the application keeps
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @since 0.1.0
 */
public record ModelCall(
        ModelCallId id,
        @Nullable TaskId taskId,
        @Nullable MessageId messageId,
        @Nullable AgentId agentId,
        @Nullable String model,
        @Nullable String provider,
        @Nullable Long inputTokens,
        @Nullable Long outputTokens,
        @Nullable Long cacheReadTokens,
        @Nullable Long cacheWriteTokens,
        @Nullable Long reasoningTokens,
        @Nullable BigDecimal cost,
        @Nullable String currency,
        @Nullable String finishReason,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        @Nullable String sourceFormat,
        @Nullable String externalId,
        Json metadata,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    private static final String ENTITY = "model call";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public ModelCall {
        Checks.required(ENTITY, null, "id", id);
        Checks.optionalName(ENTITY, id, "model", model);
        Checks.optionalName(ENTITY, id, "provider", provider);
        Checks.notNegative(ENTITY, id, "inputTokens", inputTokens);
        Checks.notNegative(ENTITY, id, "outputTokens", outputTokens);
        Checks.notNegative(ENTITY, id, "cacheReadTokens", cacheReadTokens);
        Checks.notNegative(ENTITY, id, "cacheWriteTokens", cacheWriteTokens);
        Checks.notNegative(ENTITY, id, "reasoningTokens", reasoningTokens);
        cost = Decimals.optional(ENTITY, id, "cost", cost);
        if (cost != null && cost.signum() < 0) {
            throw Checks.invalid(ENTITY, id, "cost", cost + " is negative");
        }
        if (currency == null
                ? cost != null
                : cost == null || !CURRENCY.matcher(currency).matches()) {
            throw Checks.invalid(
                    ENTITY,
                    id,
                    "currency",
                    "has to be three letters A to Z, such as USD, if there is a cost, and null if there is none");
        }
        Checks.optionalName(ENTITY, id, "finishReason", finishReason);
        startedAt = Checks.optionalTime(ENTITY, id, "startedAt", startedAt);
        completedAt = Checks.optionalTime(ENTITY, id, "completedAt", completedAt);
        Checks.optionalName(ENTITY, id, "sourceFormat", sourceFormat);
        Checks.optionalName(ENTITY, id, "externalId", externalId);
        if (externalId != null && sourceFormat == null) {
            throw Checks.invalid(ENTITY, id, "externalId", "needs a sourceFormat");
        }
        Checks.object(ENTITY, id, "metadata", metadata);
        createdAt = Checks.time(ENTITY, id, "createdAt", createdAt);
        updatedAt = Checks.time(ENTITY, id, "updatedAt", updatedAt);
    }

    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    /** A builder without values. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this record. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.id = id;
        builder.taskId = taskId;
        builder.messageId = messageId;
        builder.agentId = agentId;
        builder.model = model;
        builder.provider = provider;
        builder.inputTokens = inputTokens;
        builder.outputTokens = outputTokens;
        builder.cacheReadTokens = cacheReadTokens;
        builder.cacheWriteTokens = cacheWriteTokens;
        builder.reasoningTokens = reasoningTokens;
        builder.cost = cost;
        builder.currency = currency;
        builder.finishReason = finishReason;
        builder.startedAt = startedAt;
        builder.completedAt = completedAt;
        builder.sourceFormat = sourceFormat;
        builder.externalId = externalId;
        builder.metadata = metadata;
        builder.version = version;
        builder.createdAt = createdAt;
        builder.updatedAt = updatedAt;
        return builder;
    }

    /**
     * Collects the values of {@link ModelCall}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable ModelCallId id;
        private @Nullable TaskId taskId;
        private @Nullable MessageId messageId;
        private @Nullable AgentId agentId;
        private @Nullable String model;
        private @Nullable String provider;
        private @Nullable Long inputTokens;
        private @Nullable Long outputTokens;
        private @Nullable Long cacheReadTokens;
        private @Nullable Long cacheWriteTokens;
        private @Nullable Long reasoningTokens;
        private @Nullable BigDecimal cost;
        private @Nullable String currency;
        private @Nullable String finishReason;
        private @Nullable Instant startedAt;
        private @Nullable Instant completedAt;
        private @Nullable String sourceFormat;
        private @Nullable String externalId;
        private Json metadata = Json.emptyObject();
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(ModelCallId id) {
            this.id = id;
            return this;
        }

        /** The task that it was made for. */
        public Builder taskId(@Nullable TaskId taskId) {
            this.taskId = taskId;
            return this;
        }

        /** The message that it answered with. */
        public Builder messageId(@Nullable MessageId messageId) {
            this.messageId = messageId;
            return this;
        }

        /** The agent that made it. */
        public Builder agentId(@Nullable AgentId agentId) {
            this.agentId = agentId;
            return this;
        }

        /** The model, in the provider's words; 1 to 255 characters, not blank. */
        public Builder model(@Nullable String model) {
            this.model = model;
            return this;
        }

        /** Who ran the model; 1 to 255 characters, not blank. */
        public Builder provider(@Nullable String provider) {
            this.provider = provider;
            return this;
        }

        /** The tokens of the input, as the provider counts them; null if that is unknown. */
        public Builder inputTokens(@Nullable Long inputTokens) {
            this.inputTokens = inputTokens;
            return this;
        }

        /** The tokens of the output, as the provider counts them; null if that is unknown. */
        public Builder outputTokens(@Nullable Long outputTokens) {
            this.outputTokens = outputTokens;
            return this;
        }

        /** The tokens of the input that were read from the cache; null if that is unknown. */
        public Builder cacheReadTokens(@Nullable Long cacheReadTokens) {
            this.cacheReadTokens = cacheReadTokens;
            return this;
        }

        /** The tokens of the input that were written to the cache; null if that is unknown. */
        public Builder cacheWriteTokens(@Nullable Long cacheWriteTokens) {
            this.cacheWriteTokens = cacheWriteTokens;
            return this;
        }

        /** The tokens of the reasoning; null if that is unknown. */
        public Builder reasoningTokens(@Nullable Long reasoningTokens) {
            this.reasoningTokens = reasoningTokens;
            return this;
        }

        /** What it cost, 0 to 9223372036; null if that is unknown. */
        public Builder cost(@Nullable BigDecimal cost) {
            this.cost = cost;
            return this;
        }

        /** The currency of the cost as three letters A to Z, as in ISO 4217; null if and only if the cost is null. */
        public Builder currency(@Nullable String currency) {
            this.currency = currency;
            return this;
        }

        /** Why the model stopped, in the provider's words; 1 to 255 characters, not blank. */
        public Builder finishReason(@Nullable String finishReason) {
            this.finishReason = finishReason;
            return this;
        }

        /** When it began. */
        public Builder startedAt(@Nullable Instant startedAt) {
            this.startedAt = startedAt;
            return this;
        }

        /** When it ended. */
        public Builder completedAt(@Nullable Instant completedAt) {
            this.completedAt = completedAt;
            return this;
        }

        /** The format of the source that it was imported from; null if it was not imported. */
        public Builder sourceFormat(@Nullable String sourceFormat) {
            this.sourceFormat = sourceFormat;
            return this;
        }

        /**
         * Its id in the source, unique within the format, so that a second import finds it; needs a
         * {@code sourceFormat}.
         */
        public Builder externalId(@Nullable String externalId) {
            this.externalId = externalId;
            return this;
        }

        /** A JSON object for whatever else the application keeps. */
        public Builder metadata(Json metadata) {
            this.metadata = metadata;
            return this;
        }

        /** A JSON object for whatever else the application keeps. Any values that {@link Json#of(Map)} takes. */
        public Builder metadata(Map<String, ?> metadata) {
            return metadata(Json.of(metadata));
        }

        /** When the record was built, in whole microseconds, unless the caller gave another time. */
        public Builder createdAt(Instant createdAt) {
            this.createdAt = createdAt;
            return this;
        }

        /**
         * The record.
         *
         * @throws InvalidDataException if a value is missing or cannot be stored
         */
        public ModelCall build() {
            ModelCallId key = id == null ? ModelCallId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new ModelCall(
                    /* id= */ key,
                    /* taskId= */ taskId,
                    /* messageId= */ messageId,
                    /* agentId= */ agentId,
                    /* model= */ model,
                    /* provider= */ provider,
                    /* inputTokens= */ inputTokens,
                    /* outputTokens= */ outputTokens,
                    /* cacheReadTokens= */ cacheReadTokens,
                    /* cacheWriteTokens= */ cacheWriteTokens,
                    /* reasoningTokens= */ reasoningTokens,
                    /* cost= */ cost,
                    /* currency= */ currency,
                    /* finishReason= */ finishReason,
                    /* startedAt= */ startedAt,
                    /* completedAt= */ completedAt,
                    /* sourceFormat= */ sourceFormat,
                    /* externalId= */ externalId,
                    /* metadata= */ metadata,
                    /* version= */ version,
                    /* createdAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt);
        }
    }
}
