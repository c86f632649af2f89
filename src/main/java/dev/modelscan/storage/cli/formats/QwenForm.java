package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Refused;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of Qwen Code: lines in a tree, as Claude Code writes them, whose messages are Gemini's contents. The lines of a
 * sub-agent name it, in a file of their own.
 */
final class QwenForm implements Form {

    private static final Set<String> MESSAGES = Set.of("user", "assistant", "tool_result");

    @Override
    public String name() {
        return "qwen-code";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE && first.objects().anyMatch(QwenForm::isLine);
    }

    private static boolean isLine(JsonNode line) {
        return line.has("sessionId")
                && line.has("uuid")
                && line.has("type")
                && (line.path("message").path("parts").isArray() || line.has("systemPayload"));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Map<String, Run> runs = new LinkedHashMap<>();
        // Lines of sessions that have no run yet, by session.
        Map<String, List<Records.Item>> early = new LinkedHashMap<>();
        Run latest = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            Run run = line.has("sessionId") ? runs.get(key(line)) : latest;
            if (isMessage(line)) {
                if (run == null) {
                    run = new Run(key(line), events);
                    run.start(place, line);
                    takeEarly(early, "", run);
                    takeEarly(early, named(line), run);
                    runs.put(key(line), run);
                }
                run.message(place, line);
                latest = run;
            } else if (run != null) {
                run.other(place, line);
            } else if (line.isObject()) {
                early.computeIfAbsent(named(line), unknown -> new ArrayList<>()).add(item);
            } else {
                events.accept(new Refused(place, "is not an object"));
            }
        }
        List<Records.Item> left = early.values().stream().flatMap(List::stream).toList();
        if (latest != null) {
            left.forEach(latest::late);
        } else if (!left.isEmpty()) {
            events.accept(new Refused(place, "holds no messages, only " + left.size() + " other lines"));
        }
        for (Run run : runs.values()) {
            run.end(place);
        }
    }

    private static void takeEarly(Map<String, List<Records.Item>> early, String session, Run run) {
        List<Records.Item> lines = early.remove(session);
        if (lines != null) {
            lines.forEach(line -> run.passed(line.value()));
        }
    }

    /** The program's own lines may have a message too, without parts. */
    private static boolean isMessage(JsonNode line) {
        return MESSAGES.contains(line.path("type").asText())
                ? line.path("message").isObject()
                : !line.path("message").path("parts").isEmpty();
    }

    /** The session that a line names; empty if it names none. */
    private static String named(JsonNode line) {
        String session = Fields.text(line, "sessionId");
        return session == null ? "" : session;
    }

    private static String key(JsonNode line) {
        String session = Fields.text(line, "sessionId");
        String agent = line.path("isSidechain").asBoolean() ? Fields.text(line, "agentId") : null;
        return (session == null ? "session" : session) + (agent == null ? "" : "/" + agent);
    }

    /** A session, or a sub-agent's run. */
    private static final class Run {
        private final String key;
        private final Events events;
        private final LineRun lines;
        private final PassedLines passed = new PassedLines();
        private ObjectNode ofRun = Fields.object();
        private @Nullable String head;
        private boolean isTree;

        /** A message may be told by several lines in a row; they are one. */
        private @Nullable JsonNode open;

        private Place openAt = new Place(0, 0, -1);

        Run(String key, Events events) {
            this.key = key;
            this.events = events;
            this.lines = new LineRun(key, events);
        }

        void start(Place at, JsonNode line) {
            boolean side = line.path("isSidechain").asBoolean();
            String agent = side ? Fields.text(line, "agentName", "agentId") : "qwen-code";
            ofRun = ClaudeCodeForm.repeated(line);
            events.accept(new RunStarted(
                    key,
                    at,
                    key,
                    side ? Fields.text(line, "sessionId") : null,
                    null,
                    agent,
                    Fields.time(line, "timestamp"),
                    ofRun.deepCopy()));
        }

        void passed(JsonNode line) {
            passed.add(line);
            lines.between(line);
        }

        void other(Place at, JsonNode line) {
            tellOpen();
            passed.add(line);
            if (line.path("type").asText().equals("system")) {
                lines.between(line);
            } else {
                lines.unknown(at, line);
            }
        }

        /** A line of a session without messages. */
        void late(Records.Item line) {
            tellOpen();
            lines.warn(line.place(), "sessionId", "is that of no message; the line is kept at the end");
            lines.between(line.value());
        }

        void message(Place at, JsonNode line) {
            String uuid = Fields.text(line, "uuid");
            if (open != null && uuid != null && uuid.equals(Fields.text(open, "uuid"))) {
                open = together(open, line);
                return;
            }
            tellOpen();
            open = line;
            openAt = at;
        }

        private static JsonNode together(JsonNode line, JsonNode next) {
            ObjectNode message = Fields.rest(line.path("message"), "parts");
            ArrayNode parts = message.putArray("parts");
            line.path("message").path("parts").forEach(parts::add);
            next.path("message").path("parts").forEach(parts::add);
            ObjectNode both = Fields.rest(next);
            both.setAll(Fields.rest(line));
            both.set("message", message);
            both.withArrayProperty("goes_on").add(Fields.rest(next, "message"));
            return both;
        }

        private void tellOpen() {
            JsonNode line = open;
            if (line == null) {
                return;
            }
            open = null;
            tell(line, Fields.text(line, "uuid"), Fields.time(line, "timestamp"));
        }

        private void tell(JsonNode line, @Nullable String uuid, @Nullable Instant time) {
            String follows = passed.messageBefore(line);
            isTree |= follows != null && !follows.equals(head);
            head = uuid == null ? head : uuid;
            ObjectNode rest = ClaudeCodeForm.rest(line, ofRun);
            Rest.time(rest, line, "timestamp", time);
            JsonNode parent = line.path("parentUuid");
            if (parent.isTextual() && !parent.textValue().equals(follows)) {
                rest.set("parentUuid", parent);
            }
            JsonNode content = line.path("message");
            Role role = role(line, content.path("parts"));
            MessageRead.Builder message =
                    MessageRead.builder(key, openAt, role).externalId(uuid).parentId(follows);
            parts(content.path("parts"), line.path("toolCallResult"), rest).forEach(message::add);
            ObjectNode ofMessage = Fields.rest(content, "parts");
            if (!ofMessage.isEmpty()) {
                Rest.note(rest, "message", ofMessage);
            }
            lines.message(message, time, rest);
            called(line, uuid, time);
        }

        private static Role role(JsonNode line, JsonNode parts) {
            String type = line.path("type").asText();
            return type.equals("tool_result") ? Role.TOOL : GeminiParts.role(type, parts);
        }

        /** The parts, whose answer has the status that the program says beside it. */
        private List<Part> parts(JsonNode content, JsonNode result, ObjectNode rest) {
            MessageRead.Builder read = MessageRead.builder(key, openAt, Role.OTHER);
            GeminiParts.add(read, content, null, rest);
            Flag flag = Flag.beside(Fields.object().set("status", result.path("status")));
            if (flag.outcome() == Outcome.UNKNOWN) {
                return read.build().parts();
            }
            return read.build().parts().stream()
                    .map(part -> part instanceof Part.Answer answer
                            ? new Part.Answer(
                                    answer.callId(), answer.tool(), answer.output(), flag.outcome(), flag.name())
                            : part)
                    .toList();
        }

        private void called(JsonNode line, @Nullable String uuid, @Nullable Instant time) {
            Usage usage = GeminiParts.usage(line.path("usageMetadata"));
            if (!usage.isEmpty()) {
                String model = Fields.text(line, "model");
                events.accept(
                        new ModelCalled(key, openAt, uuid, uuid, model, null, usage, null, null, null, time, null));
            }
        }

        void end(Place at) {
            tellOpen();
            lines.end(at, null, null, isTree ? head : null);
        }
    }
}
