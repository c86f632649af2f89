package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a conversation of OpenHands used, by the name of what used it, such as the agent or the condenser. */
final class OpenHandsStats {

    private static final String METRICS = "usage_to_metrics";

    private final String run;
    private final Place place;
    private final Map<String, String> messages;
    private final Events events;

    /** Stats of a run, of whose responses these messages are. */
    OpenHandsStats(String run, Place place, Map<String, String> messages, Events events) {
        this.run = run;
        this.place = place;
        this.messages = messages;
        this.events = events;
    }

    static boolean isGiven(JsonNode stats) {
        return !stats.path(METRICS).isEmpty();
    }

    /** Tells of each response; of the totals if they were not kept one by one. */
    void tell(JsonNode stats) {
        for (JsonNode metrics : stats.path(METRICS)) {
            String model = Fields.text(metrics, "model_name");
            JsonNode responses = metrics.path("token_usages");
            JsonNode costs = metrics.path("costs");
            boolean each = costs.size() == responses.size();
            int index = 0;
            for (JsonNode response : responses) {
                JsonNode cost = each ? costs.path(index) : Fields.object();
                index++;
                called(model, response, Fields.number(cost, "cost"), Fields.time(cost, "timestamp"));
            }
            if (responses.isEmpty() || !each) {
                JsonNode tokens = responses.isEmpty() ? metrics.path("accumulated_token_usage") : Fields.object();
                called(model, tokens, Fields.number(metrics, "accumulated_cost"), null);
            }
        }
    }

    private void called(@Nullable String named, JsonNode tokens, @Nullable BigDecimal cost, @Nullable Instant time) {
        Usage usage = new Usage(
                Fields.count(tokens, "prompt_tokens"),
                Fields.count(tokens, "completion_tokens"),
                Fields.count(tokens, "cache_read_tokens"),
                Fields.count(tokens, "cache_write_tokens"),
                Fields.count(tokens, "reasoning_tokens"));
        boolean costs = cost != null && cost.signum() > 0;
        boolean used = Stream.of(usage.input(), usage.output(), usage.cacheRead(), usage.cacheWrite())
                .anyMatch(count -> count != null && count > 0);
        if (!used && !costs) {
            return;
        }
        String model = Fields.text(tokens, "model");
        String id = Fields.text(tokens, "response_id");
        id = id == null || id.isBlank() ? null : id;
        events.accept(new ModelCalled(
                run,
                place,
                id == null ? null : messages.get(id),
                id,
                model == null ? named : model,
                null,
                usage,
                costs ? cost : null,
                costs ? "USD" : null,
                null,
                time,
                null));
    }
}
