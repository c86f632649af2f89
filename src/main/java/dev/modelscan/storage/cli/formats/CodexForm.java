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
import java.time.Duration;
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
    private static final Duration PAUSE = Duration.ofSeconds(1);
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
        private @Nullable Instant begunAt;
        private Place place = new Place(0, 0, -1);
        private ArrayNode between = JsonNodeFactory.instance.arrayNode();
        private final RunningUsage total = new RunningUsage();
        /** When a fork began, or the last line that was copied then; null in a session that is none. */
        private @Nullable Instant forkedAt;

        private boolean copied;
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
            if (meta.hasNonNull("forked_from_id")) {
                fork(startedAt);
            }
            begunAt = startedAt;
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

        private void fork(@Nullable Instant time) {
            if (forkedAt == null && calls == 0) {
                forkedAt = time == null ? Instant.MIN : time;
                copied = true;
            }
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
            endCopy(time);
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
                        if (!String.valueOf(run).equals(Fields.text(payload, "id"))) {
                            fork(begunAt);
                        }
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
            Usage last = info.path("last_token_usage").isObject() ? usage(info.path("last_token_usage")) : counted;
            boolean goesOn = forkedAt != null && total.isNew();
            Usage added = total.next(counted, last);
            if (added == null || copied) {
                return;
            }
            calls++;
            String id = run(at) + "/" + calls;
            // Without copied counts, the first total of a fork holds those of the session before it.
            Usage used = goesOn ? last : added;
            events.accept(new ModelCalled(run(at), at, null, id, model, provider, used, null, null, null, time, null));
        }

        /**
         * A fork begins with a copy of the session before it, whose tokens are counted there. Its lines have their own times, before
         * the fork's start, or were written at once when it started; an answer of the model takes longer.
         */
        private void endCopy(@Nullable Instant time) {
            Instant start = forkedAt;
            if (!copied || time == null || start == null || time.isBefore(start)) {
                return;
            }
            copied = time.isBefore(start.plus(PAUSE));
            forkedAt = time;
        }

        private static Usage usage(JsonNode tokens) {
            return new Usage(
                    Fields.count(tokens, "input_tokens"),
                    Fields.count(tokens, "output_tokens"),
                    Fields.count(tokens, "cached_input_tokens"),
                    null,
                    Fields.count(tokens, "reasoning_output_tokens"));
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
