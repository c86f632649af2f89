package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Scored;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.scores.ScoreId;
import dev.modelscan.storage.tasks.TaskId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes stored model calls and scores. What their columns cannot hold is left to the metadata. */
final class ModelCalls {

    private static final BigDecimal MOST = new BigDecimal("9223372036");
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    private ModelCalls() {}

    /** A model call without task, message and agent. A second import finds it by its name. */
    static ModelCall.Builder of(ModelCalled event, String name, String format, Instant now) {
        Instant started = event.startedAt();
        Instant completed = event.completedAt() != null ? event.completedAt() : started != null ? started : now;
        BigDecimal cost = event.cost();
        String currency = event.currency() == null ? "USD" : event.currency();
        boolean fits = cost != null
                && cost.signum() >= 0
                && cost.compareTo(MOST) < 0
                && CURRENCY.matcher(currency).matches();
        ModelCall.Builder call = ModelCall.builder()
                .id(new ModelCallId(Digests.uuid("model call", format, Names.of(name))))
                .model(Names.optional(event.model()))
                .provider(Names.optional(event.provider()))
                .inputTokens(positive(event.usage().input()))
                .outputTokens(positive(event.usage().output()))
                .cacheReadTokens(positive(event.usage().cacheRead()))
                .cacheWriteTokens(positive(event.usage().cacheWrite()))
                .reasoningTokens(positive(event.usage().reasoning()))
                .cost(fits ? cost : null)
                .currency(fits ? currency : null)
                .finishReason(Names.optional(event.finishReason()))
                .startedAt(started)
                .completedAt(completed)
                .sourceFormat(format)
                .externalId(Names.of(name))
                .createdAt(completed);
        if (cost != null && !fits) {
            call.metadata(Map.of("cost", cost.toString(), "currency", Escapes.of(currency)));
        }
        return call;
    }

    private static @Nullable Long positive(@Nullable Long count) {
        return count == null || count < 0 ? null : count;
    }

    /** A score; null if the column cannot hold its value, which the task's metadata has in any case. */
    static @Nullable Score score(Scored event, TaskId task, Instant now) {
        if (event.value().abs().compareTo(MOST) >= 0) {
            return null;
        }
        return Score.builder()
                .id(new ScoreId(Digests.uuid("score", task.value(), event.name(), String.valueOf(event.source()))))
                .taskId(task)
                .name(Names.of(event.name()))
                .value(event.value())
                .source(Names.optional(event.source()))
                .createdAt(now)
                .build();
    }
}
