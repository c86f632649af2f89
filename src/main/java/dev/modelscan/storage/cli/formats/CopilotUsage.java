package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a Copilot session. A message says how many it put out; the session's end says totals for each model, of
 * which what was told before is taken away.
 */
final class CopilotUsage {

    private static final Usage NONE = new Usage(null, null, null, null, null);

    private final String session;
    private final Events events;
    private final Set<String> counted = new HashSet<>();
    /** By model: the totals at the last end, and the output of messages since. */
    private final Map<String, Usage> totals = new HashMap<>();

    private final Map<String, Long> outputSince = new HashMap<>();
    private @Nullable String model;

    CopilotUsage(String session, Events events) {
        this.session = session;
        this.events = events;
    }

    /** Takes the model of messages that name none. */
    void model(JsonNode data) {
        String named = Fields.text(data, "newModel", "selectedModel");
        model = named == null ? model : named;
    }

    /** The parts of a response are messages of their own, which share the id of the call. */
    void message(String run, Place at, JsonNode line) {
        JsonNode data = line.path("data");
        Long output = Fields.count(data, "outputTokens");
        String call = Fields.text(data, "apiCallId", "messageId");
        if (output == null || output <= 0 || (call != null && !counted.add(call))) {
            return;
        }
        String named = Fields.text(data, "model");
        named = named == null ? model : named;
        outputSince.merge(String.valueOf(named), output, Long::sum);
        Usage usage = new Usage(null, output, null, null, null);
        String message = Fields.text(line, "id");
        tell(run, at, message, call, named, usage, Fields.time(line, "timestamp"));
    }

    void totals(String run, Place at, JsonNode line) {
        String id = session + "/" + Fields.text(line, "id");
        for (Map.Entry<String, JsonNode> metric :
                line.path("data").path("modelMetrics").properties()) {
            JsonNode used = metric.getValue().path("usage");
            if (used.isObject()) {
                Usage total = new Usage(
                        Fields.count(used, "inputTokens"),
                        Fields.count(used, "outputTokens"),
                        Fields.count(used, "cacheReadTokens"),
                        Fields.count(used, "cacheWriteTokens"),
                        Fields.count(used, "reasoningTokens"));
                String name = metric.getKey();
                Usage left = left(name, total);
                if (holdsAny(left)) {
                    tell(run, at, null, id + "/" + name, name, left, Fields.time(line, "timestamp"));
                }
            }
        }
    }

    /** What of the totals was not told. A session that was resumed may count on, or start again. */
    private Usage left(String name, Usage total) {
        long since = orZero(outputSince.remove(name));
        Usage before = totals.getOrDefault(name, NONE);
        totals.put(name, total);
        boolean countsOn = orZero(total.output()) >= orZero(before.output()) + since
                && orZero(total.input()) >= orZero(before.input());
        Usage known = countsOn ? before : NONE;
        return new Usage(
                minus(total.input(), known.input()),
                minus(total.output(), orZero(known.output()) + since),
                minus(total.cacheRead(), known.cacheRead()),
                minus(total.cacheWrite(), known.cacheWrite()),
                minus(total.reasoning(), known.reasoning()));
    }

    private static @Nullable Long minus(@Nullable Long total, @Nullable Long known) {
        return total == null ? null : Long.valueOf(Math.max(0, total - orZero(known)));
    }

    private static boolean holdsAny(Usage usage) {
        return Stream.of(usage.input(), usage.output(), usage.cacheRead(), usage.cacheWrite(), usage.reasoning())
                .anyMatch(count -> orZero(count) > 0);
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    private void tell(
            String run,
            Place at,
            @Nullable String message,
            @Nullable String call,
            @Nullable String named,
            Usage usage,
            @Nullable Instant time) {
        events.accept(new ModelCalled(run, at, message, call, named, null, usage, null, null, null, time, null));
    }
}
