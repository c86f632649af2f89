package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Event.Usage;
import org.jspecify.annotations.Nullable;

/** Counts of tokens, by the names that several forms share. */
public final class Usages {

    private Usages() {}

    /** The counts of an object such as {@code usage}; empty if it has none. */
    public static Usage of(JsonNode usage) {
        return new Usage(
                Fields.count(usage, "prompt_tokens", "input_tokens", "promptTokens", "inputTokens"),
                Fields.count(usage, "completion_tokens", "output_tokens", "completionTokens", "outputTokens"),
                first(
                        Fields.count(usage, "cache_read_input_tokens", "cacheReadTokens"),
                        Fields.count(usage.path("prompt_tokens_details"), "cached_tokens"),
                        Fields.count(usage.path("input_tokens_details"), "cached_tokens"),
                        Fields.count(usage.path("input_token_details"), "cache_read")),
                first(
                        Fields.count(usage, "cache_creation_input_tokens", "cacheWriteTokens"),
                        Fields.count(usage.path("input_token_details"), "cache_creation")),
                first(
                        Fields.count(usage.path("completion_tokens_details"), "reasoning_tokens"),
                        Fields.count(usage.path("output_tokens_details"), "reasoning_tokens"),
                        Fields.count(usage.path("output_token_details"), "reasoning")));
    }

    /** The counts of a response: in {@code usage}; Cohere has them one member further in, Ollama beside the response. */
    static Usage ofResponse(JsonNode response) {
        JsonNode usage = response.path("usage");
        if (ChatRecord.hasOneMessage(response) && !response.has("usage")) {
            return new Usage(
                    Fields.count(response, "prompt_eval_count"),
                    Fields.count(response, "eval_count"),
                    null,
                    null,
                    null);
        }
        return of(usage.path("tokens").isObject() ? usage.path("tokens") : usage);
    }

    /** The counts of a message's metrics, in one of the two forms that Cline gave them. */
    static Usage ofMetrics(JsonNode metrics) {
        JsonNode tokens = metrics.path("tokens");
        return tokens.isObject()
                ? new Usage(
                        Fields.count(tokens, "prompt"),
                        Fields.count(tokens, "completion"),
                        Fields.count(tokens, "cached"),
                        null,
                        null)
                : of(metrics);
    }

    private static @Nullable Long first(@Nullable Long... counts) {
        for (Long count : counts) {
            if (count != null) {
                return count;
            }
        }
        return null;
    }
}
