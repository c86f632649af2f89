package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Event.Warned;
import dev.modelscan.storage.tasks.TaskStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A session of opencode that is read. A part {@code tool} is a call and, if it has ended, its answer. */
final class OpenCodeRun {

    private final String run;
    private final Events events;
    private @Nullable Instant end;
    private @Nullable String error;

    /** Tells that the session begins. */
    OpenCodeRun(JsonNode info, Place at, Events events) {
        String id = Fields.text(info, "id");
        this.run = id == null ? "session " + at.record() : id;
        this.events = events;
        this.end = Fields.time(info.path("time"), "updated");
        ObjectNode metadata = Fields.rest(info, "id", "parentID", "title");
        Instant created = Fields.time(info.path("time"), "created");
        String parent = Fields.text(info, "parentID");
        events.accept(new RunStarted(run, at, id, parent, Fields.text(info, "title"), "opencode", created, metadata));
    }

    /**
     * Tells of a message.
     *
     * @param info what it says of itself
     * @param whole the object that holds both, which may say more
     */
    void message(Place at, JsonNode info, JsonNode parts, JsonNode whole) {
        String name = info.path("role").asText();
        Role role = name.equals("user") ? Role.USER : name.equals("assistant") ? Role.ASSISTANT : Role.OTHER;
        ObjectNode rest = Fields.rest(whole, "info", "parts");
        rest.setAll(Fields.rest(info, "id", "sessionID", "role"));
        if (role == Role.OTHER) {
            events.accept(
                    new Warned(run, at, "info.role", "is not a role that the form has; kept with the role other"));
            rest.set("role", info.path("role"));
        }
        MessageRead.Builder message = MessageRead.builder(run, at, role);
        int position = 0;
        for (JsonNode part : parts) {
            position += part(message, part, position, rest);
        }
        Instant created = Fields.time(info.path("time"), "created");
        String author = role == Role.ASSISTANT ? Fields.text(info, "agent", "mode") : null;
        events.accept(message.externalId(Fields.text(info, "id"))
                .author(author)
                .createdAt(created)
                .rest(rest)
                .build());
        called(at, info, created);
    }

    /** Adds what a part holds, and gives how many parts that is. */
    private static int part(MessageRead.Builder message, JsonNode part, int position, ObjectNode rest) {
        String type = part.path("type").asText();
        if (type.equals("tool") && part.path("state").isObject()) {
            return tool(message, part);
        }
        if (type.equals("text") && part.path("text").isTextual()) {
            message.add(new Part.Text(part.path("text").textValue()));
            Rest.part(rest, position, Fields.rest(part, "type", "text", "sessionID", "messageID"));
        } else if (type.equals("reasoning")) {
            message.add(new Part.Reasoning(part));
        } else if (type.equals("file")) {
            String media = Fields.text(part, "mime");
            boolean image = media != null && media.startsWith("image/");
            message.add(new Part.Media(image ? "image" : "file", media, part));
        } else {
            message.add(new Part.Other(part));
        }
        return 1;
    }

    private static int tool(MessageRead.Builder message, JsonNode part) {
        JsonNode state = part.path("state");
        String id = Fields.text(part, "callID");
        String tool = Fields.text(part, "tool");
        Instant started = Fields.time(state.path("time"), "start");
        Instant ended = Fields.time(state.path("time"), "end");
        ObjectNode call = Fields.rest(part, "state");
        call.set("state", Fields.rest(state, "output", "error"));
        message.add(new Part.Call(id, tool, Fields.json(state.path("input")), started, ended, call));
        Flag flag = flag(state);
        JsonNode output = state.has("output") ? state.path("output") : state.path("error");
        if (flag.outcome() == Outcome.UNKNOWN && output.isMissingNode()) {
            return 1;
        }
        message.add(new Part.Answer(
                        id,
                        tool,
                        output.isMissingNode() ? null : output,
                        flag.outcome(),
                        flag.outcome() == Outcome.UNKNOWN ? null : flag.name(),
                        started,
                        ended)
                .started(Fields.text(state.path("metadata"), "sessionId", "sessionID")));
        return 2;
    }

    /** A command that ran to its end is {@code completed}, whatever its exit code. */
    private static Flag flag(JsonNode state) {
        JsonNode exit = state.path("metadata").path("exit");
        if (exit.isNumber() && exit.decimalValue().signum() != 0) {
            return new Flag(Outcome.FAILED, "metadata.exit");
        }
        return switch (state.path("status").asText()) {
            case "completed", "success" -> new Flag(Outcome.SUCCESS, "status");
            case "error" -> new Flag(Outcome.FAILED, "status");
            default -> Flag.NONE;
        };
    }

    private void called(Place at, JsonNode info, @Nullable Instant created) {
        if (!info.path("role").asText().equals("assistant")) {
            return;
        }
        JsonNode failure = info.path("error");
        // Who stops an answer has not failed.
        boolean failed = failure.isObject() && !failure.path("name").asText().equals("MessageAbortedError");
        String why = Fields.text(failure.path("data"), "message");
        error = !failed ? null : Objects.requireNonNullElse(why, "error " + Fields.text(failure, "name"));
        JsonNode tokens = info.path("tokens");
        Usage usage = new Usage(
                Fields.count(tokens, "input"),
                Fields.count(tokens, "output"),
                Fields.count(tokens.path("cache"), "read"),
                Fields.count(tokens.path("cache"), "write"),
                Fields.count(tokens, "reasoning"));
        BigDecimal cost = Fields.number(info, "cost");
        if (usage.isEmpty() && cost == null) {
            return;
        }
        events.accept(new ModelCalled(
                run,
                at,
                Fields.text(info, "id"),
                Fields.text(info, "id"),
                Fields.text(info, "modelID"),
                Fields.text(info, "providerID"),
                usage,
                cost,
                cost == null ? null : "USD",
                created,
                Fields.time(info.path("time"), "completed"),
                Fields.text(info, "finish")));
    }

    /** Tells that the session ends. */
    void end(Place at, ObjectNode rest) {
        TaskStatus status = error == null ? null : TaskStatus.FAILED;
        events.accept(new RunEnded(run, at, null, status, error, end, null, rest));
    }
}
