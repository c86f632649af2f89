package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.Refused;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of Claude Code: a line for each message, with the line that it follows. Side chains are runs of
 * sub-agents, in the same file or in files of their own; both name the session.
 */
final class ClaudeCodeForm implements Form {

    private static final Set<String> MESSAGES = Set.of("user", "assistant");

    /** Members that all lines of a run repeat. A message keeps them only if they differ from the run's. */
    private static final List<String> REPEATED = List.of(
            "cwd", "version", "gitBranch", "userType", "slug", "entrypoint", "sessionId", "isSidechain", "agentId");

    @Override
    public String name() {
        return "claude-code";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && (first.objects().anyMatch(ClaudeCodeForm::isLine)
                        || first.objects().anyMatch(line -> line.has("leafUuid") && line.has("summary"))
                        || first.value().path("loglines").isArray());
    }

    private static boolean isLine(JsonNode line) {
        return line.has("sessionId")
                && ((line.has("uuid") && line.has("type")) || (isMessage(line) && !line.has("projectHash")));
    }

    private static boolean isMessage(JsonNode line) {
        return MESSAGES.contains(line.path("type").asText())
                && line.path("message").isObject();
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Sessions sessions = new Sessions(events);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            if (item.value().path("loglines").isArray()) {
                for (JsonNode line : item.value().path("loglines")) {
                    sessions.line(item.place(), line);
                }
                ObjectNode beyond = Fields.rest(item.value(), "loglines");
                if (!beyond.isEmpty()) {
                    sessions.line(item.place(), beyond);
                }
            } else {
                sessions.line(item.place(), item.value());
            }
        }
        sessions.end();
    }

    /** The runs of a file. */
    private static final class Sessions {
        private final Events events;
        private final Map<String, ClaudeRun> runs = new LinkedHashMap<>();
        /** For side chains whose lines name no agent: the run of each line. */
        private final Map<String, ClaudeRun> runOfLine = new HashMap<>();

        private final PassedLines passed = new PassedLines();

        /** Lines of sessions that have no run yet, by session; the key is empty for lines that name none. */
        private final Map<String, List<Records.Item>> early = new LinkedHashMap<>();

        private @Nullable String title;
        private @Nullable ClaudeRun latest;
        private Place place = new Place(0, 0, -1);

        Sessions(Events events) {
            this.events = events;
        }

        void line(Place at, JsonNode line) {
            place = at;
            if (isMessage(line)) {
                message(at, line);
            } else if (line.path("type").asText().equals("system")
                    && line.path("content").isTextual()
                    && line.has("uuid")) {
                message(at, line);
            } else {
                other(at, line);
            }
        }

        private void other(Place at, JsonNode line) {
            passed.add(line);
            String summary = Fields.text(line, "summary", "customTitle", "aiTitle");
            title = title == null ? summary : title;
            ClaudeRun run = line.has("sessionId") ? runs.get(key(line)) : latest;
            if (!line.isObject() && run == null) {
                events.accept(new Refused(at, "is not an object"));
            } else if (run == null) {
                early.computeIfAbsent(named(line), unknown -> new ArrayList<>()).add(new Records.Item(at, 0, line));
            } else {
                if (!line.isObject() || MESSAGES.contains(line.path("type").asText()) || !line.has("type")) {
                    events.accept(new Warned(run.key(), at, "type", "is not a message; the line is kept as it is"));
                }
                run.between(line);
            }
        }

        private void message(Place at, JsonNode line) {
            ClaudeRun run = run(at, line);
            latest = run;
            String uuid = Fields.text(line, "uuid");
            if (uuid != null && line.path("isSidechain").asBoolean() && !line.has("agentId")) {
                runOfLine.put(uuid, run);
            }
            run.message(at, line, uuid, passed.messageBefore(line));
        }

        private ClaudeRun run(Place at, JsonNode line) {
            String key = key(line);
            ClaudeRun run = runs.get(key);
            if (run == null) {
                boolean side = line.path("isSidechain").asBoolean();
                String session = session(line);
                String agent = side ? Fields.text(line, "agentId") : null;
                String name = side ? null : title;
                run = new ClaudeRun(key, side ? session : null, side ? agent : "claude-code", name, events);
                run.start(at, line, Fields.time(line, "timestamp"));
                takeEarly("", run);
                takeEarly(named(line), run);
                runs.put(key, run);
            }
            return run;
        }

        private String key(JsonNode line) {
            String session = session(line);
            if (!line.path("isSidechain").asBoolean()) {
                return session;
            }
            String agent = Fields.text(line, "agentId");
            if (agent != null) {
                return session + "/" + agent;
            }
            String parent = PassedLines.parent(line);
            ClaudeRun parents = parent == null ? null : runOfLine.get(parent);
            return parents == null ? session + "/" + Fields.text(line, "uuid") : parents.key();
        }

        private static String session(JsonNode line) {
            String session = Fields.text(line, "sessionId", "session_id");
            return session == null ? "session" : session;
        }

        private static String named(JsonNode line) {
            return line.has("sessionId") ? session(line) : "";
        }

        private void takeEarly(String session, ClaudeRun run) {
            List<Records.Item> lines = early.remove(session);
            if (lines != null) {
                lines.forEach(line -> run.between(line.value()));
            }
        }

        void end() {
            List<Records.Item> left =
                    early.values().stream().flatMap(List::stream).toList();
            ClaudeRun last = latest;
            if (last == null && !left.isEmpty()) {
                events.accept(new Refused(place, "holds no messages, only " + left.size() + " other lines"));
            } else if (last != null) {
                for (Records.Item line : left) {
                    events.accept(new Warned(
                            last.key(),
                            line.place(),
                            "sessionId",
                            "is that of no message; the line is kept at the end"));
                    last.between(line.value());
                }
            }
            runs.values().forEach(run -> run.end(place));
        }
    }

    /** The members of a line that the run has too. */
    static ObjectNode repeated(JsonNode line) {
        ObjectNode members = Fields.object();
        for (String member : REPEATED) {
            if (line.has(member)) {
                members.set(member, line.path(member));
            }
        }
        return members;
    }

    /** What a line has beyond a message, without what the run says for it. */
    static ObjectNode rest(JsonNode line, ObjectNode ofRun) {
        ObjectNode rest = Fields.rest(line, "uuid", "parentUuid", "message", "timestamp");
        ArrayNode absent = JsonNodeFactory.instance.arrayNode();
        for (String member : REPEATED) {
            if (ofRun.has(member) && ofRun.path(member).equals(rest.path(member))) {
                rest.remove(member);
            } else if (ofRun.has(member) && !rest.has(member)) {
                absent.add(member);
            }
        }
        if (!absent.isEmpty()) {
            Rest.note(rest, "absent", absent);
        }
        return rest;
    }

    /** The role of a line. */
    static Role role(JsonNode line) {
        JsonNode message = line.path("message");
        if (ClaudeBlocks.answers(message.path("content"))) {
            return Role.TOOL;
        }
        return switch (line.path("type").asText()) {
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            default -> Role.SYSTEM;
        };
    }

    /** The parts of a line's message. */
    static void parts(MessageRead.Builder message, JsonNode line, ObjectNode rest) {
        if (line.path("message").isObject()) {
            JsonNode result = line.path("toolUseResult");
            String agent = Fields.text(result, "agentId");
            String child = agent == null ? null : Sessions.session(line) + "/" + agent;
            ClaudeBlocks.add(message, line.path("message").path("content"), result, child, rest);
        } else {
            message.add(new Part.Text(line.path("content").asText()));
            rest.remove("content");
        }
    }
}
