package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A run of a session of Claude Code: its main chain, or a sub-agent's. */
final class ClaudeRun {

    private final String key;
    private final @Nullable String parent;
    private final @Nullable String agent;
    private final @Nullable String name;
    private final Events events;
    private final LineRun lines;
    /** By the id of the model's message. Each of its lines repeats the usage; the last one is complete. */
    private final Map<String, ModelCalled> calls = new LinkedHashMap<>();

    private ObjectNode ofRun = Fields.object();
    private @Nullable String head;
    /** Whether some message follows another one than the message before it. */
    private boolean isTree;

    /** The lines of the model's latest message, and of the answers to its calls. */
    private final Set<String> turn = new HashSet<>();

    private @Nullable String modelsMessage;

    ClaudeRun(String key, @Nullable String parent, @Nullable String agent, @Nullable String name, Events events) {
        this.key = key;
        this.parent = parent;
        this.agent = agent;
        this.name = name;
        this.events = events;
        this.lines = new LineRun(key, events);
    }

    String key() {
        return key;
    }

    void start(Place at, JsonNode line, @Nullable Instant time) {
        ofRun = ClaudeCodeForm.repeated(line);
        events.accept(new RunStarted(key, at, key, parent, name, agent, time, ofRun.deepCopy()));
    }

    /** A line that is no message. */
    void between(JsonNode line) {
        lines.between(line);
    }

    /** A line that is a message, and the message that it follows by the file. */
    void message(Place at, JsonNode line, @Nullable String uuid, @Nullable String named) {
        Instant time = Fields.time(line, "timestamp");
        String follows = follows(line, uuid, named);
        isTree |= follows != null && !follows.equals(head);
        head = uuid == null ? head : uuid;
        ObjectNode rest = ClaudeCodeForm.rest(line, ofRun);
        Rest.time(rest, line, "timestamp", time);
        if (line.has("parentUuid")
                && !Objects.equals(follows, line.path("parentUuid").textValue())) {
            rest.set("parentUuid", line.path("parentUuid"));
        }
        MessageRead.Builder message = MessageRead.builder(key, at, ClaudeCodeForm.role(line));
        ClaudeCodeForm.parts(message, line, rest);
        ObjectNode ofMessage = Fields.rest(line.path("message"), "content");
        if (!ofMessage.isEmpty()) {
            Rest.note(rest, "message", ofMessage);
        }
        lines.message(message.externalId(uuid).parentId(follows), time, rest);
        called(at, line, uuid, time);
    }

    /**
     * The parallel calls of one message are lines of their own, and the file lets each answer follow its own
     * call. They are put in a row, so that the path to the head holds all of them.
     */
    private @Nullable String follows(JsonNode line, @Nullable String uuid, @Nullable String named) {
        Role role = ClaudeCodeForm.role(line);
        String message = Fields.text(line.path("message"), "id");
        boolean goesOn =
                role == Role.TOOL || (role == Role.ASSISTANT && message != null && message.equals(modelsMessage));
        if (!goesOn) {
            turn.clear();
            modelsMessage = role == Role.ASSISTANT ? message : null;
        }
        String follows = goesOn && named != null && turn.contains(named) ? head : named;
        if (uuid != null) {
            turn.add(uuid);
        }
        return follows;
    }

    private void called(Place at, JsonNode line, @Nullable String uuid, @Nullable Instant time) {
        JsonNode message = line.path("message");
        JsonNode tokens = message.path("usage");
        String model = Fields.text(message, "model");
        Usage usage = new Usage(
                Fields.count(tokens, "input_tokens"),
                Fields.count(tokens, "output_tokens"),
                Fields.count(tokens, "cache_read_input_tokens"),
                Fields.count(tokens, "cache_creation_input_tokens"),
                null);
        BigDecimal cost = Fields.number(line, "costUSD");
        // Messages that the program itself made have a model too, and counts of zero.
        if ((usage.isEmpty() && cost == null) || "<synthetic>".equals(model)) {
            return;
        }
        String id = Fields.text(message, "id");
        String call = id == null ? "line " + (uuid == null ? at.line() : uuid) : id;
        ModelCalled first = calls.get(call);
        calls.put(
                call,
                new ModelCalled(
                        key,
                        first == null ? at : first.place(),
                        first == null ? uuid : first.messageId(),
                        call,
                        model,
                        "anthropic",
                        usage,
                        cost,
                        cost == null ? null : "USD",
                        null,
                        time,
                        Fields.text(message, "stop_reason")));
    }

    void end(Place at) {
        calls.values().forEach(events::accept);
        lines.end(at, null, null, isTree ? head : null);
    }
}
