package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Fields;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The model calls of a run that came from elsewhere: those of an agent's step are its metrics, all of them the run's totals. */
final class AtifMetrics {

    private static final String EXTRA = "extra";
    private static final String CALLS = "calls";

    private final List<ModelCalled> calls;
    private final List<ModelCalled> left;

    AtifMetrics(List<ModelCalled> calls) {
        this.calls = calls;
        this.left = new ArrayList<>(calls);
    }

    /** Adds the metrics of an agent's step. Several calls are one sum there, and each of them is in its extra. */
    void addTo(ObjectNode step, MessageRead message) {
        String id = message.externalId();
        List<ModelCalled> own = left.stream()
                .filter(call -> id != null && id.equals(call.messageId()))
                .toList();
        if (own.isEmpty()) {
            return;
        }
        left.removeAll(own);
        ObjectNode metrics = step.putObject("metrics");
        sums(own, metrics, "");
        ObjectNode extra = own.size() == 1 ? beyond(own.get(0)) : Fields.object();
        if (own.size() > 1) {
            list(own, extra);
        }
        if (!extra.isEmpty()) {
            metrics.set(EXTRA, extra);
        }
        own.stream()
                .map(ModelCalled::model)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(model -> step.put("model_name", model));
    }

    /** Adds the totals, with the calls that no step has. */
    void addTotals(ObjectNode trajectory, int steps) {
        if (calls.isEmpty()) {
            return;
        }
        ObjectNode totals = trajectory.putObject("final_metrics");
        sums(calls, totals, "total_");
        totals.put("total_steps", steps);
        if (!left.isEmpty()) {
            list(left, totals.putObject(EXTRA));
        }
    }

    private static void sums(List<ModelCalled> calls, ObjectNode metrics, String prefix) {
        put(metrics, prefix + "prompt_tokens", sum(calls, Usage::input));
        put(metrics, prefix + "completion_tokens", sum(calls, Usage::output));
        put(metrics, prefix + "cached_tokens", sum(calls, Usage::cacheRead));
        calls.stream()
                .filter(AtifMetrics::isInDollars)
                .map(ModelCalled::cost)
                .reduce(BigDecimal::add)
                .ifPresent(cost -> metrics.put(prefix + "cost_usd", cost));
    }

    private static @Nullable Long sum(List<ModelCalled> calls, Function<Usage, @Nullable Long> count) {
        return calls.stream()
                .map(call -> count.apply(call.usage()))
                .filter(Objects::nonNull)
                .reduce(Long::sum)
                .orElse(null);
    }

    private static boolean isInDollars(ModelCalled call) {
        return call.cost() != null && "USD".equals(call.currency());
    }

    private static void list(List<ModelCalled> calls, ObjectNode extra) {
        ArrayNode list = extra.putArray(CALLS);
        for (ModelCalled call : calls) {
            ObjectNode each = list.addObject();
            put(each, "model_name", call.model());
            sums(List.of(call), each, "");
            each.setAll(beyond(call));
        }
    }

    /** What metrics have no member for. */
    private static ObjectNode beyond(ModelCalled call) {
        ObjectNode beyond = Fields.object();
        put(beyond, "id", call.externalId());
        put(beyond, "provider", call.provider());
        put(beyond, "cache_write_tokens", call.usage().cacheWrite());
        put(beyond, "reasoning_tokens", call.usage().reasoning());
        if (call.cost() != null && !isInDollars(call)) {
            beyond.put("cost", call.cost());
            put(beyond, "currency", call.currency());
        }
        put(beyond, "finish_reason", call.finishReason());
        put(beyond, "started_at", call.startedAt());
        put(beyond, "completed_at", call.completedAt());
        return beyond;
    }

    private static void put(ObjectNode object, String member, @Nullable Object value) {
        if (value instanceof Long count) {
            object.put(member, count);
        } else if (value != null) {
            object.put(member, value.toString());
        }
    }
}
