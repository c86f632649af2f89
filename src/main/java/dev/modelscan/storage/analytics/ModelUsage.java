package dev.modelscan.storage.analytics;

import dev.modelscan.storage.models.ModelCall;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What models were asked, and what it cost. Tokens that a call does not tell count as 0.
 *
 * @param <K> what the calls are grouped by
 * @param key the agent, model, workflow, tool or day; null for the calls that name none
 * @param currency the currency of the cost; null for the calls without a cost, which are a row of their own
 * @param calls how many calls there were
 * @param inputTokens the sum of {@link ModelCall#inputTokens}, each as its provider counts; some count those of the
 *     cache
 * @param outputTokens the sum of {@link ModelCall#outputTokens}, each as its provider counts; some count those of the
 *     reasoning
 * @param cacheReadTokens the sum of {@link ModelCall#cacheReadTokens}
 * @param cacheWriteTokens the sum of {@link ModelCall#cacheWriteTokens}
 * @param reasoningTokens the sum of {@link ModelCall#reasoningTokens}
 * @param cost the exact sum in that currency; 0 if the currency is null
 * @since 0.1.0
 */
public record ModelUsage<K>(
        @Nullable K key,
        @Nullable String currency,
        long calls,
        long inputTokens,
        long outputTokens,
        long cacheReadTokens,
        long cacheWriteTokens,
        long reasoningTokens,
        BigDecimal cost) {}
