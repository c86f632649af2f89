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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code codex exec --json} prints: a line for each event of a thread. It does not print what the user asked. */
final class CodexExecForm implements Form {

    private static final Set<String> EVENTS = Set.of(
            "thread.started",
            "turn.started",
            "turn.completed",
            "turn.failed",
            "item.started",
            "item.updated",
            "item.completed");

    @Override
    public String name() {
        return "codex-exec";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE && first.objects().limit(5).anyMatch(CodexExecForm::isEvent);
    }

    private static boolean isEvent(JsonNode line) {
        String type = line.path("type").asText();
        return EVENTS.contains(type)
                && (type.startsWith("item.")
                        ? line.path("item").isObject()
                        : !type.equals("thread.started") || line.has("thread_id"));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        @Nullable Session thread = null;
        Place place = new Place(0, 0, -1);
        int number = 0;
        Map<String, RunningUsage> totals = new HashMap<>();
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            boolean starts = line.path("type").asText().equals("thread.started");
            if (thread == null || starts) {
                if (thread != null) {
                    thread.end(place);
                }
                String id = Fields.text(line, "thread_id");
                RunningUsage total = totals.computeIfAbsent(String.valueOf(id), key -> new RunningUsage());
                thread = new Session("thread " + ++number, id, total, events);
                thread.start(place, starts ? Fields.rest(line, "type", "thread_id") : Fields.object());
            }
            if (!starts) {
                thread.line(place, line);
            }
        }
        if (thread != null) {
            thread.end(place);
        }
    }

    /** A thread that is read. */
    private static final class Session {
        private final String run;
        private final @Nullable String id;
        private final RunningUsage total;
        private final Events events;
        /** The latest state of items that have not ended. */
        private final Map<String, JsonNode> unfinished = new LinkedHashMap<>();

        private ArrayNode between = JsonNodeFactory.instance.arrayNode();
        private @Nullable String error;
        private int turns;

        Session(String run, @Nullable String id, RunningUsage total, Events events) {
            this.run = run;
            this.id = id;
            this.total = total;
            this.events = events;
        }

        void start(Place at, ObjectNode metadata) {
            events.accept(new RunStarted(run, at, id, null, null, "codex", null, metadata));
        }

        void line(Place at, JsonNode line) {
            JsonNode item = line.path("item");
            String itemId = Fields.text(item, "id");
            switch (line.path("type").asText()) {
                case "turn.started" -> turns++;
                case "turn.completed" -> {
                    error = null;
                    tokens(at, line.path("usage"));
                }
                case "turn.failed" -> {
                    error = Objects.requireNonNullElse(Fields.text(line.path("error"), "message"), "turn.failed");
                    between.add(line);
                }
                case "item.started", "item.updated" -> {
                    if (itemId != null) {
                        unfinished.put(itemId, item);
                    }
                }
                case "item.completed" -> {
                    unfinished.remove(String.valueOf(itemId));
                    item(at, item, true);
                }
                default -> {
                    if (!line.path("type").asText().equals("error")) {
                        events.accept(
                                new Event.Warned(run, at, "type", "is of no known type; the line is kept as it is"));
                    }
                    between.add(line);
                }
            }
        }

        private void item(Place at, JsonNode item, boolean ended) {
            // Early releases had item_type, and another word for the agent's messages.
            String type = Objects.requireNonNullElse(Fields.text(item, "type", "item_type"), "");
            MessageRead.Builder message = MessageRead.builder(run, at, Role.ASSISTANT);
            ObjectNode rest = Fields.object();
            String text = Fields.text(item, "text");
            if (type.equals("reasoning")) {
                message.add(new Part.Reasoning(item));
            } else if (type.endsWith("_message") && text != null) {
                message.add(new Part.Text(text));
                Rest.note(rest, "item", Fields.rest(item, "text"));
            } else if (CodexExecTools.isCall(type)) {
                CodexExecTools.add(message, type, item, ended);
            } else {
                message.add(new Part.Other(item));
            }
            if (!between.isEmpty()) {
                Rest.note(rest, Rest.BEFORE, between);
                between = JsonNodeFactory.instance.arrayNode();
            }
            events.accept(message.rest(rest).build());
        }

        /** The counts are totals of the thread. A resumed thread counts its turns from 1 again, so the counts are a part of the call's name. */
        private void tokens(Place at, JsonNode tokens) {
            Usage usage = new Usage(
                    Fields.count(tokens, "input_tokens"),
                    Fields.count(tokens, "output_tokens"),
                    Fields.count(tokens, "cached_input_tokens"),
                    null,
                    Fields.count(tokens, "reasoning_output_tokens"));
            Usage used = usage.isEmpty() ? null : total.next(usage, usage);
            if (used != null) {
                String name = id == null ? null : id + "/" + turns + "/" + usage.input() + "+" + usage.output();
                events.accept(new ModelCalled(run, at, null, name, null, "openai", used, null, null, null, null, null));
            }
        }

        void end(Place at) {
            unfinished.values().forEach(item -> item(at, item, false));
            ObjectNode rest = Fields.object();
            if (!between.isEmpty()) {
                Rest.note(rest, Rest.AFTER, between);
            }
            TaskStatus status = error == null ? null : TaskStatus.FAILED;
            events.accept(new RunEnded(run, at, null, status, error, null, null, rest));
        }
    }
}
