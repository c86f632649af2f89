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
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of the Gemini CLI: an object with {@code messages}, or, since 2026, lines of which a later one
 * with the same id replaces the earlier one, {@code $set} changes the session and may replace its list of messages, and {@code
 * $rewindTo} leaves a branch.
 */
final class GeminiCliForm implements Form {

    private static final String REWIND = "$rewindTo";
    private static final Place NOWHERE = new Place(0, 0, -1);
    private static final String SET = "$set";
    private static final String MESSAGES = "messages";

    @Override
    public String name() {
        return "gemini-cli";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects()
                        .limit(3)
                        .anyMatch(value -> value.has("sessionId")
                                && (value.has("projectHash")
                                        || (value.has("startTime")
                                                && value.path(MESSAGES).isArray())));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Lines lines = new Lines();
        Place last = NOWHERE;
        Records.Item whole = null;
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode value = item.value();
            boolean isWhole = value.has("sessionId") && value.path(MESSAGES).isArray();
            if (whole != null && isWhole) {
                whole(whole.place(), whole.value(), events);
            } else if (whole != null) {
                lines.add(whole.place(), whole.value());
            }
            whole = isWhole ? item : null;
            if (!isWhole) {
                lines.add(item.place(), value);
            }
            last = item.place();
        }
        if (whole != null) {
            whole(whole.place(), whole.value(), events);
        }
        lines.tell(last, events);
    }

    private static void whole(Place place, JsonNode value, Events events) {
        Session session = new Session(value, events);
        session.start(place);
        for (JsonNode message : value.path(MESSAGES)) {
            session.message(place, message, null, false);
        }
        session.end(place, null, Fields.object());
    }

    /** A session as lines, of which each says what is new. */
    private static final class Lines {
        private final Map<String, Line> messages = new LinkedHashMap<>();
        private final ArrayNode others = JsonNodeFactory.instance.arrayNode();
        private @Nullable ObjectNode session;
        private @Nullable String parent;
        private Place start = NOWHERE;

        void add(Place place, JsonNode value) {
            if (value.has("sessionId") && session == null) {
                session = Fields.rest(value, MESSAGES);
                start = place;
                value.path(MESSAGES).forEach(message -> add(place, message));
            } else if (value.path(REWIND).isTextual()) {
                Line target = messages.get(value.path(REWIND).textValue());
                parent = target == null ? null : target.parent();
                others.add(value);
            } else if (value.has(SET) && session != null && value.path(SET).isObject()) {
                session.setAll(Fields.rest(value.path(SET), MESSAGES));
                others.add(value.path(SET).path(MESSAGES).isArray() ? replaced(place, value) : value);
            } else if (value.path("id").isTextual()) {
                String id = value.path("id").textValue();
                Line earlier = messages.get(id);
                messages.put(id, new Line(place, value, earlier == null ? parent : earlier.parent()));
                parent = earlier == null ? id : parent;
            } else {
                others.add(value);
            }
        }

        /** Takes a whole list of messages; those that are not in it are left as a branch. Gives the line with their ids alone. */
        private JsonNode replaced(Place place, JsonNode line) {
            ObjectNode change = line.deepCopy();
            ArrayNode ids = ((ObjectNode) change.path(SET)).putArray(MESSAGES);
            parent = null;
            for (JsonNode message : line.path(SET).path(MESSAGES)) {
                String id = Fields.text(message, "id");
                ids.add(id);
                String key = id == null ? place.record() + "/" + ids.size() : id;
                messages.put(key, new Line(place, message, parent));
                parent = id == null ? parent : id;
            }
            return change;
        }

        /** What a message follows comes before it. */
        private List<Line> inOrder() {
            Map<String, Line> told = new LinkedHashMap<>();
            for (String id : messages.keySet()) {
                Deque<String> path = new ArrayDeque<>();
                for (String next = id;
                        next != null && messages.containsKey(next) && !told.containsKey(next) && !path.contains(next);
                        next = messages.get(next).parent()) {
                    path.push(next);
                }
                path.forEach(each -> told.put(each, messages.get(each)));
            }
            return List.copyOf(told.values());
        }

        /** Tells of the session, if there is one, which ends at a place. */
        void tell(Place last, Events events) {
            if (session == null && messages.isEmpty()) {
                return;
            }
            Session told = new Session(session == null ? Fields.object() : session, events);
            told.start(start);
            inOrder().forEach(line -> told.message(line.place(), line.message(), line.parent(), true));
            ObjectNode rest = Fields.object();
            if (!others.isEmpty()) {
                Rest.note(rest, "changes", others);
            }
            told.end(last, parent, rest);
        }
    }

    /** A line's message, and the id of the message that it follows. */
    private record Line(
            Place place, JsonNode message, @Nullable String parent) {}

    private static final class Session {
        private final JsonNode session;
        private final String run;
        private final Events events;
        private final Map<String, String> lastOfMessage = new LinkedHashMap<>();

        Session(JsonNode session, Events events) {
            this.session = session;
            String id = Fields.text(session, "sessionId");
            this.run = id == null ? "session" : id;
            this.events = events;
        }

        void start(Place place) {
            Instant startedAt = Fields.time(session, "startTime");
            ObjectNode metadata = Fields.rest(session, "sessionId", MESSAGES, "startTime", "summary");
            Rest.time(metadata, session, "startTime", startedAt);
            String name = Fields.text(session, "summary");
            String id = Fields.text(session, "sessionId");
            events.accept(new RunStarted(run, place, id, null, name, "gemini-cli", startedAt, metadata));
        }

        /**
         * A message, and one more for each answer that it holds.
         *
         * @param tree whether messages name what they follow
         */
        void message(Place place, JsonNode message, @Nullable String parent, boolean tree) {
            String id = Fields.text(message, "id");
            Instant time = Fields.time(message, "timestamp");
            String type = Fields.text(message, "type");
            Role role = role(type);
            ObjectNode rest = Fields.rest(message, "id", "content", "timestamp", "toolCalls", "thoughts");
            Rest.time(rest, message, "timestamp", time);
            MessageRead.Builder read = MessageRead.builder(run, place, role);
            for (JsonNode thought : message.path("thoughts")) {
                read.add(new Part.Reasoning(thought));
            }
            GeminiParts.add(read, message.path("content"), time, rest);
            for (JsonNode call : message.path("toolCalls")) {
                read.add(new Part.Call(
                        Fields.text(call, "id"),
                        Fields.text(call, "name"),
                        Fields.json(call.path("args")),
                        time,
                        null,
                        Fields.rest(call, "result")));
            }
            String follows = tree && parent != null ? lastOfMessage.getOrDefault(parent, parent) : parent;
            events.accept(read.externalId(id)
                    .parentId(follows)
                    .createdAt(time)
                    .rest(rest)
                    .build());
            answers(place, message, id, tree);
            called(place, message, id, time);
        }

        private static Role role(@Nullable String type) {
            return switch (type == null ? "" : type) {
                case "user" -> Role.USER;
                case "gemini", "model", "assistant" -> Role.ASSISTANT;
                case "system" -> Role.SYSTEM;
                default -> Role.OTHER;
            };
        }

        private void answers(Place place, JsonNode message, @Nullable String id, boolean tree) {
            String last = id;
            int number = 0;
            for (JsonNode call : message.path("toolCalls")) {
                number++;
                if (!call.has("result") && !call.has("status")) {
                    continue;
                }
                String answerId = id == null ? null : id + "/" + number;
                ObjectNode rest = Fields.object();
                Instant time = Fields.time(call, "timestamp");
                events.accept(MessageRead.builder(run, place, Role.TOOL)
                        .externalId(answerId)
                        .parentId(tree ? last : null)
                        .createdAt(time)
                        .add(answer(call, time, rest))
                        .rest(rest)
                        .build());
                last = answerId;
            }
            if (id != null && last != null) {
                lastOfMessage.put(id, last);
            }
        }

        private static Part answer(JsonNode call, @Nullable Instant time, ObjectNode rest) {
            JsonNode result = call.path("result");
            JsonNode response = result.path(0).path("functionResponse");
            JsonNode output = result.isMissingNode() ? null : result;
            if (result.size() == 1 && response.has("response")) {
                output = response.path("response").size() == 1
                                && response.path("response").has("output")
                        ? response.path("response").path("output")
                        : response.path("response");
                Rest.note(rest, "result", Fields.rest(response, "response"));
            }
            String status = Fields.text(call, "status");
            Outcome outcome =
                    status == null ? Outcome.UNKNOWN : status.equals("success") ? Outcome.SUCCESS : Outcome.FAILED;
            String id = Fields.text(call, "id");
            String tool = Fields.text(call, "name");
            return new Part.Answer(id, tool, output, outcome, status == null ? null : "status", null, time);
        }

        private void called(Place place, JsonNode message, @Nullable String id, @Nullable Instant time) {
            JsonNode tokens = message.path("tokens");
            Usage usage = new Usage(
                    Fields.count(tokens, "input"),
                    Fields.count(tokens, "output"),
                    Fields.count(tokens, "cached"),
                    null,
                    Fields.count(tokens, "thoughts"));
            if (!usage.isEmpty()) {
                String model = Fields.text(message, "model");
                events.accept(
                        new ModelCalled(run, place, id, id, model, "google", usage, null, null, null, time, null));
            }
        }

        void end(Place place, @Nullable String head, ObjectNode rest) {
            Instant end = Fields.time(session, "lastUpdated");
            String last = head == null ? null : lastOfMessage.getOrDefault(head, head);
            events.accept(new RunEnded(run, place, null, null, null, end, last, rest));
        }
    }
}
