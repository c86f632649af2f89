package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Transcripts of Cursor's agent: a line for each message, with a role beside a message of Anthropic's parts. They hold calls
 * without ids and, as a rule, no answers; the session's id is the file's name.
 */
final class CursorForm implements Form {

    private static final Map<String, Role> ROLES =
            Map.of("user", Role.USER, "assistant", Role.ASSISTANT, "system", Role.SYSTEM, "tool", Role.TOOL);

    @Override
    public String name() {
        return "cursor";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() == Framing.LINES && first.objects().limit(5).anyMatch(CursorForm::isMessage);
    }

    private static boolean isMessage(JsonNode line) {
        JsonNode content = line.path("message").path("content");
        return line.path("role").isTextual()
                && !line.has("type")
                && !line.path("message").has("role")
                && (content.isArray() || content.isTextual());
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        LineRun run = null;
        TaskStatus status = null;
        String error = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            place = item.place();
            JsonNode line = item.value();
            if (run == null) {
                run = new LineRun("session", events);
                String id = id(records.name(), line);
                events.accept(new RunStarted("session", place, id, null, null, "cursor", null, Fields.object()));
            }
            if (line.path("message").isObject()) {
                message(run, place, line);
            } else if (line.path("type").asText().equals("turn_ended")) {
                error = error(line);
                status = error == null ? null : TaskStatus.FAILED;
                run.between(line);
            } else {
                run.unknown(place, line);
            }
        }
        if (run != null) {
            run.end(place, status, error, null);
        }
    }

    /** The session's id is in the file's name; that of a renamed file is its name with its first line, which both stay. */
    private static String id(String file, JsonNode first) {
        String id = LineRun.idIn(file);
        byte[] name = (file + "\n" + first).getBytes(StandardCharsets.UTF_8);
        return id == null ? UUID.nameUUIDFromBytes(name).toString() : id;
    }

    /** Why the turn failed; null if it did not. The last turn decides. */
    private static @Nullable String error(JsonNode turn) {
        if (!turn.path("status").asText().equals("error")) {
            return null;
        }
        return Objects.requireNonNullElse(Fields.text(turn, "error"), "turn_ended with the status error");
    }

    private static void message(LineRun run, Place at, JsonNode line) {
        JsonNode content = line.path("message").path("content");
        String name = line.path("role").asText();
        Role role = ClaudeBlocks.answers(content)
                ? Role.TOOL
                : ROLES.getOrDefault(name.toLowerCase(Locale.ROOT), Role.OTHER);
        ObjectNode rest = Fields.rest(line, "message");
        if (name.equals(role.name().toLowerCase(Locale.ROOT))) {
            rest.remove("role");
        } else if (role == Role.OTHER) {
            run.warn(at, "role", "is not a role that the form has; kept with the role other");
        }
        MessageRead.Builder message = MessageRead.builder(run.key(), at, role);
        ClaudeBlocks.add(message, content, line.path("toolUseResult"), null, rest);
        ObjectNode ofMessage = Fields.rest(line.path("message"), "content");
        if (!ofMessage.isEmpty()) {
            Rest.note(rest, "message", ofMessage);
        }
        run.message(message, Fields.time(line, "timestamp"), rest);
    }
}
