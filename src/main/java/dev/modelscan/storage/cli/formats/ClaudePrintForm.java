package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code claude -p} prints with {@code --output-format stream-json}, a line for each message and a result at the end, or
 * with {@code json}, which is the result alone, or all of it as an array.
 */
final class ClaudePrintForm implements Form {

    private static final Set<String> MESSAGES = Set.of("user", "assistant");

    @Override
    public String name() {
        return "claude-print";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE && first.objects().anyMatch(ClaudePrintForm::isLine);
    }

    private static boolean isLine(JsonNode line) {
        return line.path("session_id").isTextual()
                && ((line.path("type").asText().equals("system") && line.has("subtype"))
                        || isMessage(line)
                        || isResult(line));
    }

    private static boolean isMessage(JsonNode line) {
        return MESSAGES.contains(line.path("type").asText())
                && line.path("message").isObject();
    }

    private static boolean isResult(JsonNode line) {
        return line.path("type").asText().equals("result") && line.has("subtype");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Map<String, Session> sessions = new LinkedHashMap<>();
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            String id = Fields.text(line, "session_id");
            Session session = id == null ? null : sessions.computeIfAbsent(id, key -> new Session(key, events));
            if (session != null) {
                session.line(place, line);
            } else {
                events.accept(new Event.Refused(place, "has no session_id"));
            }
        }
        for (Session session : sessions.values()) {
            session.end(place);
        }
    }

    /** A session, with the sub-agents that it started. */
    private static final class Session {
        private final String id;
        private final Events events;
        private final Map<String, Integer> children = new LinkedHashMap<>();
        /** By the id of the model's message, for a session without a result. */
        private final Map<String, ModelCalled> calls = new LinkedHashMap<>();
        /** Those of {@link #calls} since the last result. */
        private final Map<String, ModelCalled> callsOfTurn = new LinkedHashMap<>();
        /** By model, what the last result says. */
        private final Map<String, ModelCalled> totals = new LinkedHashMap<>();

        private @Nullable String lastMessage;
        private ArrayNode between = JsonNodeFactory.instance.arrayNode();
        private @Nullable String model;
        private @Nullable JsonNode result;
        private boolean started;
        private int messages;
        private int results;
        private long deltas;

        Session(String id, Events events) {
            this.id = id;
            this.events = events;
        }

        void line(Place at, JsonNode line) {
            model = model == null ? Fields.text(line, "model") : model;
            if (line.path("type").asText().equals("stream_event")) {
                // The message that follows says the same.
                deltas++;
            } else if (isMessage(line)) {
                message(at, line);
            } else if (isResult(line)) {
                result(at, line);
            } else if (!started && line.path("subtype").asText().equals("init")) {
                start(at, Fields.rest(line, "type", "subtype", "session_id"));
            } else {
                between.add(line);
            }
        }

        private void start(Place at, ObjectNode metadata) {
            if (!started) {
                started = true;
                events.accept(new RunStarted(id, at, id, null, null, "claude-code", null, metadata));
            }
        }

        private void message(Place at, JsonNode line) {
            start(at, Fields.object());
            String caller = Fields.text(line, "parent_tool_use_id");
            String run = caller == null ? id : id + "/" + caller;
            if (caller != null && children.merge(run, 1, Integer::sum) == 1) {
                events.accept(new RunStarted(run, at, run, id, null, "sub-agent", null, Fields.object()));
            }
            ObjectNode rest = Fields.rest(line, "type", "uuid", "session_id", "message", "parent_tool_use_id");
            MessageRead.Builder message = MessageRead.builder(run, at, ClaudeCodeForm.role(line));
            JsonNode content = line.path("message").path("content");
            JsonNode toolResult =
                    line.has("tool_use_result") ? line.path("tool_use_result") : line.path("toolUseResult");
            ClaudeBlocks.add(message, content, toolResult, child(content), rest);
            ObjectNode ofMessage = Fields.rest(line.path("message"), "content", "role");
            if (!ofMessage.isEmpty()) {
                Rest.note(rest, "message", ofMessage);
            }
            if (!between.isEmpty()) {
                Rest.note(rest, Rest.BEFORE, between);
                between = JsonNodeFactory.instance.arrayNode();
            }
            messages++;
            events.accept(message.externalId(Fields.text(line, "uuid"))
                    .createdAt(Fields.time(line, "timestamp"))
                    .rest(rest)
                    .build());
            lastMessage = caller == null ? Fields.text(line, "uuid") : lastMessage;
            called(run, at, line);
        }

        /** The sub-agent's run whose call an answer ends; null if there is none. */
        private @Nullable String child(JsonNode content) {
            for (JsonNode block : content) {
                String run = id + "/" + Fields.text(block, "tool_use_id");
                if (children.containsKey(run)) {
                    return run;
                }
            }
            return null;
        }

        private void called(String run, Place at, JsonNode line) {
            JsonNode message = line.path("message");
            Usage usage = Usages.of(message.path("usage"));
            String call = Fields.text(message, "id");
            if (!usage.isEmpty() && call != null) {
                ModelCalled called = call(run, at, null, call, Fields.text(message, "model"), usage, null);
                if (calls.put(call, called) == null || callsOfTurn.containsKey(call)) {
                    callsOfTurn.put(call, called);
                }
            }
        }

        private static ModelCalled call(
                String run,
                Place at,
                @Nullable String message,
                String call,
                @Nullable String model,
                Usage usage,
                @Nullable BigDecimal cost) {
            String currency = cost == null ? null : "USD";
            return new ModelCalled(run, at, message, call, model, "anthropic", usage, cost, currency, null, null, null);
        }

        /** The result alone knows all tokens: a message of a stream has those that were known when it began. */
        private void result(Place at, JsonNode line) {
            start(at, Fields.object());
            if (result != null) {
                between.add(result);
            }
            result = line;
            String text = Fields.text(line, "result");
            if (messages == 0 && text != null) {
                events.accept(MessageRead.builder(id, at, Role.ASSISTANT)
                        .add(new Part.Text(text))
                        .build());
            }
            String uuid = Fields.text(line, "uuid");
            String name = id + "/" + (uuid == null ? "result " + ++results : uuid);
            Map<String, ModelCalled> told = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> used : line.path("modelUsage").properties()) {
                JsonNode tokens = used.getValue();
                Usage usage = new Usage(
                        Fields.count(tokens, "inputTokens"),
                        Fields.count(tokens, "outputTokens"),
                        Fields.count(tokens, "cacheReadInputTokens"),
                        Fields.count(tokens, "cacheCreationInputTokens"),
                        null);
                BigDecimal cost = Fields.number(tokens, "costUSD");
                told.put(
                        used.getKey(),
                        call(id, at, lastMessage, name + "/" + used.getKey(), used.getKey(), usage, cost));
            }
            Usage usage = Usages.of(line.path("usage"));
            BigDecimal cost = Fields.number(line, "total_cost_usd");
            if (told.isEmpty() && (!usage.isEmpty() || cost != null)) {
                told.put("", call(id, at, lastMessage, name, model, usage, cost));
            }
            count(at, told);
            callsOfTurn.clear();
        }

        /**
         * A process tells its totals after each turn. If one is less than before, or has grown by less than the messages since
         * then have used, another process has counted from nothing.
         */
        private void count(Place at, Map<String, ModelCalled> told) {
            boolean goesOn = totals.entrySet().stream()
                    .allMatch(total -> goesOn(total.getKey(), total.getValue(), told.get(total.getKey())));
            if (goesOn && !totals.isEmpty() && callsOfTurn.isEmpty()) {
                events.accept(new Event.Warned(
                        id,
                        at,
                        "usage",
                        "is taken for the total of one process; no message tells whether another began"));
            }
            if (!goesOn) {
                totals.values().forEach(events::accept);
                totals.clear();
            }
            // The name of the first total stays, so that a session that has grown is counted once.
            told.forEach((key, call) ->
                    totals.merge(key, call, (first, next) -> named(next, Objects.requireNonNull(first.externalId()))));
        }

        private boolean goesOn(String model, ModelCalled before, @Nullable ModelCalled now) {
            long used = callsOfTurn.values().stream()
                    .filter(call -> model.isEmpty() || model.equals(call.model()))
                    .mapToLong(Session::read)
                    .sum();
            return now != null && isWithin(before, now) && read(now) - read(before) >= used;
        }

        /** How many tokens the model read, which a message says when it begins. */
        private static long read(ModelCalled call) {
            return Stream.of(
                            call.usage().input(),
                            call.usage().cacheRead(),
                            call.usage().cacheWrite())
                    .filter(Objects::nonNull)
                    .mapToLong(Long::longValue)
                    .sum();
        }

        private static ModelCalled named(ModelCalled call, String name) {
            return call(call.run(), call.place(), call.messageId(), name, call.model(), call.usage(), call.cost());
        }

        private static boolean isWithin(ModelCalled before, ModelCalled now) {
            Usage one = before.usage();
            Usage next = now.usage();
            return isWithin(one.input(), next.input())
                    && isWithin(one.output(), next.output())
                    && isWithin(one.cacheRead(), next.cacheRead())
                    && isWithin(one.cacheWrite(), next.cacheWrite())
                    && isWithin(before.cost(), now.cost());
        }

        private static <N extends Comparable<N>> boolean isWithin(@Nullable N before, @Nullable N now) {
            return before == null || (now != null && before.compareTo(now) <= 0);
        }

        void end(Place at) {
            if (!started) {
                events.accept(new Event.Refused(at, "holds no message of the session " + id));
                return;
            }
            totals.values().forEach(events::accept);
            for (ModelCalled call : calls.values()) {
                if (result == null) {
                    events.accept(call);
                }
            }
            for (String child : children.keySet()) {
                events.accept(new RunEnded(child, at, null, null, null, null, null, Fields.object()));
            }
            ObjectNode rest = Fields.object();
            if (!between.isEmpty()) {
                Rest.note(rest, Rest.AFTER, between);
            }
            if (deltas > 0) {
                Rest.note(rest, "stream_events", JsonNodeFactory.instance.numberNode(deltas));
            }
            JsonNode end = result;
            boolean failed = end != null
                    && (end.path("is_error").asBoolean()
                            || !end.path("subtype").asText().equals("success"));
            if (end != null) {
                Rest.note(rest, "result", Fields.rest(end, "type", "session_id"));
            }
            String error = end == null || !failed ? null : Fields.text(end, "result", "error", "subtype");
            events.accept(new RunEnded(id, at, null, failed ? TaskStatus.FAILED : null, error, null, null, rest));
        }
    }
}
