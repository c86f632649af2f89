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
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rollouts of the Codex CLI. Lines are envelopes with {@code type} and {@code payload}; until September
 * 2025 they were bare items after a header, and before that one object with {@code session} and {@code
 * items}.
 */
final class CodexForm implements Form {

    private static final Set<String> ENVELOPES = Set.of(
            "session_meta",
            "turn_context",
            "response_item",
            "event_msg",
            "compacted",
            "world_state",
            "inter_agent_communication_metadata");
    private static final Pattern ID_IN_NAME =
            Pattern.compile("([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\\.jsonl?$");

    @Override
    public String name() {
        return "codex";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && (first.objects().limit(5).anyMatch(CodexForm::isEnvelope)
                        || first.objects().limit(5).anyMatch(line -> line.has("record_type"))
                        || (isHeader(first.value())
                                && first.objects().skip(1).limit(5).anyMatch(ResponsesItems::isItem))
                        || (first.value().path("session").has("id")
                                && first.value().path("items").isArray()));
    }

    private static boolean isEnvelope(JsonNode line) {
        return line.has("payload") && ENVELOPES.contains(line.path("type").asText());
    }

    private static boolean isHeader(JsonNode line) {
        return !line.has("type") && line.has("id") && line.has("timestamp") && line.has("instructions");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Session session = new Session(records.name(), events);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode line = item.value();
            if (line.path("session").isObject() && line.path("items").isArray()) {
                session.start(item.place(), line.path("session"), Fields.rest(line, "session", "items"));
                for (JsonNode entry : line.path("items")) {
                    session.line(item.place(), entry);
                }
            } else {
                session.line(item.place(), line);
            }
        }
        session.end();
    }

    /** What is known while a session is read. */
    private static final class Session {
        private final String fileName;
        private final Events events;
        private @Nullable String run;
        private @Nullable String model;
        private @Nullable String provider;
        private @Nullable Instant latest;
        private Place place = new Place(0, 0, -1);
        private ArrayNode between = JsonNodeFactory.instance.arrayNode();
        private Usage total = new Usage(0L, 0L, 0L, null, 0L);
        private int calls;

        Session(String fileName, Events events) {
            this.fileName = fileName;
            this.events = events;
        }

        void start(Place at, JsonNode meta, ObjectNode beyond) {
            place = at;
            Instant startedAt = Fields.time(meta, "timestamp");
            startedAt = startedAt == null ? Fields.time(beyond, "timestamp") : startedAt;
            String id = Fields.text(meta, "id");
            run = id == null ? idInName() : id;
            provider = Fields.text(meta, "model_provider");
            JsonNode spawn = meta.path("source").path("subagent").path("thread_spawn");
            String parent = Fields.text(spawn, "parent_thread_id");
            ObjectNode metadata = Fields.rest(meta, "id", "timestamp");
            Rest.time(metadata, meta, "timestamp", startedAt);
            if (!beyond.isEmpty()) {
                Rest.note(metadata, "file", beyond);
            }
            events.accept(new RunStarted(
                    run,
                    at,
                    run,
                    parent == null ? Fields.text(meta, "parent_thread_id") : parent,
                    null,
                    "codex",
                    startedAt,
                    metadata));
        }

        private String idInName() {
            Matcher id = ID_IN_NAME.matcher(fileName);
            return id.find() ? id.group(1) : fileName;
        }

        private String run(Place at) {
            if (run == null) {
                start(at, Fields.object(), Fields.object());
            }
            return Objects.requireNonNull(run, "a run that has started");
        }

        void line(Place at, JsonNode line) {
            place = at;
            Instant time = Fields.time(line, "timestamp");
            latest = time == null ? latest : time;
            JsonNode payload = line.path("payload");
            if (isEnvelope(line)) {
                envelope(at, line, payload, time);
            } else if (run == null && isHeader(line)) {
                start(at, line, Fields.object());
            } else if (ResponsesItems.isItem(line)) {
                item(at, line, time, Fields.object());
            } else {
                if (!line.has("record_type")) {
                    events.accept(new Warned(run(at), at, "type", "is of no known type; the line is kept as it is"));
                }
                between.add(line);
            }
        }

        private void envelope(Place at, JsonNode line, JsonNode payload, @Nullable Instant time) {
            switch (line.path("type").asText()) {
                case "session_meta" -> {
                    // A forked session repeats the lines of the one that it was forked from, with their
                    // header.
                    if (run == null) {
                        ObjectNode beyond = Fields.rest(line, "type", "payload", "timestamp");
                        Rest.time(beyond, line, "timestamp", null);
                        start(at, payload, beyond);
                    } else {
                        between.add(line);
                    }
                }
                case "response_item" -> item(at, payload, time, Fields.rest(line, "type", "payload", "timestamp"));
                case "turn_context" -> {
                    String turnsModel = Fields.text(payload, "model");
                    model = turnsModel == null ? model : turnsModel;
                    between.add(line);
                }
                case "event_msg" -> {
                    between.add(line);
                    if (payload.path("type").asText().equals("token_count")) {
                        tokens(at, payload.path("info"), time);
                    }
                }
                default -> between.add(line);
            }
        }

        private void item(Place at, JsonNode item, @Nullable Instant time, ObjectNode beyond) {
            MessageRead read = ResponsesItems.read(run(at), at, item, time);
            ObjectNode rest = read.rest();
            if (!beyond.isEmpty()) {
                Rest.note(rest, "line", beyond);
            }
            if (!between.isEmpty()) {
                Rest.note(rest, Rest.BEFORE, between);
                between = JsonNodeFactory.instance.arrayNode();
            }
            events.accept(read);
        }

        /** The counters are totals of the session, and each is told several times. */
        private void tokens(Place at, JsonNode info, @Nullable Instant time) {
            JsonNode now = info.path("total_token_usage");
            if (!now.isObject()) {
                return;
            }
            Usage counted = usage(now);
            Usage added = minus(counted, total);
            if (added == null) {
                added = info.path("last_token_usage").isObject() ? usage(info.path("last_token_usage")) : counted;
            }
            boolean told = counted.equals(total);
            total = counted;
            if (!told) {
                calls++;
                String id = run(at) + "/" + calls;
                events.accept(
                        new ModelCalled(run(at), at, null, id, model, provider, added, null, null, null, time, null));
            }
        }

        private static Usage usage(JsonNode tokens) {
            return new Usage(
                    Fields.count(tokens, "input_tokens"),
                    Fields.count(tokens, "output_tokens"),
                    Fields.count(tokens, "cached_input_tokens"),
                    null,
                    Fields.count(tokens, "reasoning_output_tokens"));
        }

        /** The difference; null if a counter went back, which a new start of the count does. */
        private static @Nullable Usage minus(Usage now, Usage before) {
            Usage added = new Usage(
                    minus(now.input(), before.input()),
                    minus(now.output(), before.output()),
                    minus(now.cacheRead(), before.cacheRead()),
                    null,
                    minus(now.reasoning(), before.reasoning()));
            boolean back = isNegative(added.input()) || isNegative(added.output()) || isNegative(added.cacheRead());
            return back ? null : added;
        }

        private static @Nullable Long minus(@Nullable Long now, @Nullable Long before) {
            return now == null ? null : Long.valueOf(now - (before == null ? 0 : before));
        }

        private static boolean isNegative(@Nullable Long count) {
            return count != null && count < 0;
        }

        void end() {
            if (run == null && between.isEmpty()) {
                return;
            }
            ObjectNode rest = Fields.object();
            if (!between.isEmpty()) {
                Rest.note(rest, Rest.AFTER, between);
            }
            events.accept(new RunEnded(run(place), place, null, null, null, latest, null, rest));
        }
    }
}
