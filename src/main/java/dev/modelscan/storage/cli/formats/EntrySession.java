package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session that is a header and entries, of which some hold a {@code message}. Entries may name the one that they follow, and
 * so form a tree; the last one is its head.
 */
final class EntrySession {

    private static final String RUN = "session";

    private final String agent;
    private final Events events;
    private final LineRun run;
    /** Of an entry that is no message: the entry that it follows. */
    private final Map<String, String> passed = new HashMap<>();

    private final Set<String> messages = new HashSet<>();
    private @Nullable String id;
    private @Nullable String latest;
    private @Nullable String head;
    private @Nullable String error;
    private boolean started;
    private boolean isTree;

    private EntrySession(String agent, Events events) {
        this.agent = agent;
        this.events = events;
        this.run = new LineRun(RUN, events);
    }

    static boolean isMessage(JsonNode line) {
        return line.path("type").asText().equals("message")
                && line.path("message").path("role").isTextual();
    }

    /** Tells of a file that holds a session, whose first line has the given type. */
    static void readAll(Records records, String header, String agent, Events events) throws IOException {
        EntrySession session = new EntrySession(agent, events);
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            boolean isHeader = line.path("type").asText().equals(header);
            if (!session.started) {
                session.start(place, isHeader ? line : Fields.object(), records.name());
            }
            if (isMessage(line)) {
                session.message(place, line);
            } else if (!isHeader || session.latest != null) {
                session.other(place, line);
            }
        }
        if (session.started) {
            session.end(place);
        }
    }

    private void start(Place at, JsonNode header, String fileName) {
        started = true;
        id = Fields.text(header, "id");
        id = id == null ? LineRun.idIn(fileName) : id;
        Instant time = Fields.time(header, "timestamp");
        ObjectNode metadata = Fields.rest(header, "type", "id", "timestamp");
        Rest.time(metadata, header, "timestamp", time);
        String title = Fields.text(header, "sessionTitle", "title");
        events.accept(new RunStarted(RUN, at, id, null, title, agent, time, metadata));
    }

    private void other(Place at, JsonNode line) {
        String entry = Fields.text(line, "id");
        if (entry != null) {
            String parent = Objects.requireNonNullElse(Fields.text(line, "parentId"), "");
            // Lines in a row all lead to the message before them in one step.
            passed.put(entry, passed.getOrDefault(parent, parent));
            latest = messageBefore(entry);
        }
        if (line.path("type").asText().equals("custom_message")) {
            message(at, line);
        } else if (line.path("type").isTextual()) {
            run.seen(Fields.time(line, "timestamp"));
            run.between(line);
        } else {
            run.unknown(at, line);
        }
    }

    /** The message that an entry follows, past entries that are none. They may follow each other in a circle. */
    private @Nullable String messageBefore(@Nullable String entry) {
        Set<String> seen = new HashSet<>();
        String before = entry;
        while (before != null && !messages.contains(before)) {
            before = seen.add(before) ? passed.get(before) : null;
        }
        return before;
    }

    private void message(Place at, JsonNode line) {
        JsonNode message = line.path("message").isObject() ? line.path("message") : line;
        String entry = Fields.text(line, "id");
        String named = Fields.text(line, "parentId");
        String before = messageBefore(named);
        // A parent that the file does not have, such as a call's id, says nothing.
        boolean known = named == null || before != null || passed.containsKey(named);
        String follows = line.has("parentId") && known ? before : head;
        isTree |= entry != null && !Objects.equals(follows, head);
        ObjectNode rest = Fields.rest(line, "type", "id", "parentId", "timestamp", "message");
        if (message.equals(line)) {
            rest = Fields.rest(line, "id", "parentId", "timestamp", "content");
        }
        if (!Objects.equals(named, follows)) {
            rest.set("parentId", line.path("parentId"));
        }
        Instant time = Fields.time(line, "timestamp");
        Rest.time(rest, line, "timestamp", time);
        MessageRead.Builder read = read(at, message, entry, rest);
        run.message(read.externalId(entry).parentId(follows), time, rest);
        called(at, message, entry, time);
        if (entry != null) {
            messages.add(entry);
            head = entry;
            latest = entry;
        }
    }

    private MessageRead.Builder read(Place at, JsonNode message, @Nullable String entry, ObjectNode rest) {
        String name = message.path("role").asText();
        JsonNode content = message.path("content");
        Role role = ClaudeBlocks.answers(content) ? Role.TOOL : role(name);
        MessageRead.Builder read = MessageRead.builder(RUN, at, role);
        ObjectNode ofMessage = Fields.rest(message, "content");
        if (name.equals("toolResult")) {
            read.add(Flag.of(message, content)
                    .answer(
                            message.path("toolCallId").asText(),
                            message.path("toolName").asText(),
                            content));
            ofMessage = Fields.rest(message, "role", "content", "toolCallId", "toolName");
        } else if (name.equals("bashExecution")) {
            // The user ran it, so no call of the model has its id.
            String call = entry == null ? "line " + at.line() : entry;
            shell(read, message, call);
            ofMessage = Fields.rest(message, "command", "output");
        } else {
            parts(read, content, rest);
        }
        if (ofMessage.path("role").asText().equals(role.name().toLowerCase(java.util.Locale.ROOT))) {
            ofMessage.remove("role");
        }
        if (!ofMessage.isEmpty() && message.has("role")) {
            Rest.note(rest, "message", ofMessage);
        }
        return read;
    }

    private static Role role(String name) {
        return switch (name) {
            case "user", "bashExecution" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "system" -> Role.SYSTEM;
            case "toolResult", "tool" -> Role.TOOL;
            default -> Role.OTHER;
        };
    }

    private static void shell(MessageRead.Builder read, JsonNode message, String call) {
        ObjectNode input = Fields.object().set("command", message.path("command"));
        read.add(new Part.Call(call, "bash", input, null, null, input));
        JsonNode code = message.path("exitCode");
        Outcome outcome = !code.isNumber() ? Outcome.UNKNOWN : code.asInt() == 0 ? Outcome.SUCCESS : Outcome.FAILED;
        JsonNode output = message.path("output");
        read.add(new Part.Answer(
                call,
                "bash",
                output.isMissingNode() ? null : output,
                outcome,
                outcome == Outcome.UNKNOWN ? null : "exitCode"));
    }

    private static void parts(MessageRead.Builder read, JsonNode content, ObjectNode rest) {
        boolean holdsPisCalls = false;
        for (JsonNode block : content) {
            holdsPisCalls |= block.path("type").asText().equals("toolCall");
        }
        if (!holdsPisCalls) {
            ClaudeBlocks.add(read, content, Fields.object(), null, rest);
            return;
        }
        Rest.note(rest, "content_is_array", BooleanNode.TRUE);
        int position = 0;
        for (JsonNode block : content) {
            if (block.path("type").asText().equals("toolCall")) {
                JsonNode input = Fields.json(block.path("arguments"));
                read.add(new Part.Call(Fields.text(block, "id"), Fields.text(block, "name"), input, null, null, block));
            } else {
                Part part = ContentParts.of1(block);
                read.add(part);
                if (part instanceof Part.Text && block.isObject()) {
                    Rest.part(rest, position, Fields.rest(block, "type", "text"));
                }
            }
            position++;
        }
    }

    private void called(Place at, JsonNode message, @Nullable String entry, @Nullable Instant time) {
        if (!message.path("role").asText().equals("assistant")) {
            return;
        }
        boolean failed = message.path("stopReason").asText().equals("error");
        error = failed ? Objects.requireNonNullElse(Fields.text(message, "errorMessage"), "stopReason is error") : null;
        JsonNode tokens = message.path("usage");
        Usage usage = new Usage(
                Fields.count(tokens, "input"),
                Fields.count(tokens, "output"),
                Fields.count(tokens, "cacheRead"),
                Fields.count(tokens, "cacheWrite"),
                Fields.count(tokens, "reasoning"));
        if (usage.isEmpty()) {
            return;
        }
        BigDecimal cost = Fields.number(tokens.path("cost"), "total");
        String response = Fields.text(message, "responseId");
        String call = response == null && id != null && entry != null ? id + "/" + entry : response;
        Instant began = Fields.time(message, "timestamp");
        events.accept(new ModelCalled(
                RUN,
                at,
                entry,
                call,
                Fields.text(message, "model"),
                Fields.text(message, "provider"),
                usage,
                cost,
                cost == null ? null : "USD",
                began != null && time != null && began.isAfter(time) ? null : began,
                time,
                Fields.text(message, "stopReason")));
    }

    private void end(Place at) {
        String leaf = latest == null ? head : latest;
        boolean branched = isTree || !Objects.equals(leaf, head);
        run.end(at, error == null ? null : TaskStatus.FAILED, error, branched ? leaf : null);
    }
}
