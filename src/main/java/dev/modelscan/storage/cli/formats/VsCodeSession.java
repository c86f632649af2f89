package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.tasks.TaskStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A chat of Visual Studio Code. A request holds what the user asked, what was shown, and, for an agent, the rounds of the model
 * with their calls and the tools' results.
 */
final class VsCodeSession {

    private static final String RUN = "session";

    private final Place place;
    private final Events events;
    private final LineRun run;
    private final String key;

    private VsCodeSession(String key, Place place, Events events) {
        this.key = key;
        this.place = place;
        this.events = events;
        this.run = new LineRun(key, events);
    }

    /** Tells of a session, unless nothing was asked in it. */
    static void tell(Place place, JsonNode session, String fileName, Events events) {
        if (session.path("requests").isEmpty()) {
            return;
        }
        String key = RUN + " " + place.record();
        String id = Fields.text(session, "sessionId");
        Instant created = Fields.time(session, "creationDate");
        events.accept(new RunStarted(
                key,
                place,
                id == null ? LineRun.idIn(fileName) : id,
                null,
                Fields.text(session, "customTitle"),
                Fields.text(session, "responderUsername"),
                created,
                Fields.rest(session, "requests", "sessionId", "customTitle")));
        VsCodeSession read = new VsCodeSession(key, place, events);
        String error = null;
        for (JsonNode request : session.path("requests")) {
            read.request(request);
            error = Fields.text(request.path("result").path("errorDetails"), "message");
        }
        read.run.seen(Fields.time(session, "lastMessageDate"));
        read.run.end(place, error == null ? null : TaskStatus.FAILED, error, null);
    }

    private void request(JsonNode request) {
        Instant time = Fields.time(request, "timestamp");
        JsonNode message = request.path("message");
        JsonNode text = message.isTextual() ? message : message.path("text");
        ObjectNode rest = Fields.rest(request, "requestId", "responseId", "message", "response", "result");
        ObjectNode beyond = Fields.rest(message, "text");
        if (!beyond.isEmpty()) {
            rest.set("message", beyond);
        }
        Rest.time(rest, request, "timestamp", time);
        MessageRead.Builder asked = MessageRead.builder(key, place, Role.USER);
        asked.add(text.isTextual() ? new Part.Text(text.textValue()) : new Part.Other(message));
        run.message(asked.externalId(Fields.text(request, "requestId")), time, rest);
        JsonNode rounds = request.path("result").path("metadata").path("toolCallRounds");
        if (rounds.isArray() && !rounds.isEmpty()) {
            rounds(request, rounds);
        } else {
            shown(request);
        }
        called(request);
    }

    /** What an agent did: what was shown says the same, apart from edits and references. */
    private void rounds(JsonNode request, JsonNode rounds) {
        JsonNode results = request.path("result").path("metadata").path("toolCallResults");
        String response = Fields.text(request, "responseId");
        boolean silent = true;
        for (JsonNode round : rounds) {
            silent &= round.path("response").asText().isBlank();
        }
        int number = 0;
        for (JsonNode round : rounds) {
            boolean isLast = ++number == rounds.size();
            MessageRead.Builder message = MessageRead.builder(key, place, Role.ASSISTANT);
            ObjectNode rest = Fields.rest(round, "response", "thinking", "toolCalls", "id", "timestamp");
            if (round.path("thinking").isObject()) {
                message.add(new Part.Reasoning(round.path("thinking")));
            }
            String text = silent && isLast
                    ? shownText(request.path("response"))
                    : round.path("response").asText();
            if (!text.isEmpty() || (round.path("toolCalls").isEmpty() && !round.has("thinking"))) {
                message.add(new Part.Text(text));
            }
            for (JsonNode call : round.path("toolCalls")) {
                JsonNode input = Fields.json(call.path("arguments"));
                message.add(new Part.Call(Fields.text(call, "id"), Fields.text(call, "name"), input, null, null, call));
            }
            if (isLast) {
                result(rest, request);
                rest.set("response", others(request.path("response")));
            }
            String id = response == null ? null : isLast ? response : response + "/" + number;
            run.message(message.externalId(id), Fields.time(round, "timestamp"), rest);
            round.path("toolCalls").forEach(call -> answer(call, results));
        }
    }

    private void answer(JsonNode call, JsonNode results) {
        String id = call.path("id").asText();
        JsonNode result = results.path(id);
        if (result.isObject()) {
            JsonNode content = result.path("content");
            MessageRead.Builder answer = MessageRead.builder(key, place, Role.TOOL);
            answer.add(Flag.of(result, content).answer(id, call.path("name").asText(), content));
            run.message(answer, null, Fields.rest(result, "content"));
        }
    }

    /** An answer of which only what was shown is known. */
    private void shown(JsonNode request) {
        JsonNode response = request.path("response");
        if (response.isEmpty() && !request.path("result").isObject()) {
            return;
        }
        ObjectNode rest = Fields.object();
        result(rest, request);
        MessageRead.Builder message = MessageRead.builder(key, place, Role.ASSISTANT);
        StringBuilder text = new StringBuilder();
        for (JsonNode part : response) {
            String kind = part.path("kind").asText();
            if (isText(part)) {
                text.append(part.path("value").asText());
                continue;
            }
            if (!text.isEmpty() && !kind.equals("inlineReference")) {
                message.add(new Part.Text(text.toString()));
                text.setLength(0);
            }
            part(message, part, kind, text);
        }
        if (!text.isEmpty()) {
            message.add(new Part.Text(text.toString()));
        }
        run.message(message.externalId(Fields.text(request, "responseId")), null, rest);
    }

    private static void part(MessageRead.Builder message, JsonNode part, String kind, StringBuilder text) {
        if (kind.equals("thinking")) {
            ObjectNode thought = Fields.rest(part, "value");
            message.add(new Part.Reasoning(thought.set("text", part.path("value"))));
        } else if (kind.equals("toolInvocationSerialized")) {
            tool(message, part);
        } else if (kind.equals("inlineReference") && part.path("name").isTextual()) {
            // It stands inside of a sentence.
            text.append(part.path("name").textValue());
            message.add(new Part.Other(part));
        } else {
            message.add(new Part.Other(part));
        }
    }

    private static void tool(MessageRead.Builder message, JsonNode part) {
        JsonNode details = part.path("resultDetails");
        String id = Fields.text(part, "toolCallId");
        String tool = Fields.text(part, "toolId");
        JsonNode input = details.has("input") ? details.path("input") : part.path("toolSpecificData");
        message.add(new Part.Call(id, tool, Fields.json(input), null, null, Fields.rest(part, "resultDetails")));
        if (part.path("isComplete").asBoolean() || details.has("output")) {
            JsonNode output = details.has("output") ? details.path("output") : part.path("pastTenseMessage");
            Part.Answer answer =
                    Flag.of(details, output).answer(id == null ? "" : id, tool == null ? "" : tool, output);
            message.add(answer);
        }
    }

    private static boolean isText(JsonNode part) {
        return part.path("value").isTextual()
                && (!part.has("kind") || part.path("kind").asText().startsWith("markdown"));
    }

    private static String shownText(JsonNode response) {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : response) {
            text.append(isText(part) ? part.path("value").asText() : "");
        }
        return text.toString();
    }

    private static ArrayNode others(JsonNode response) {
        ArrayNode others = JsonNodeFactory.instance.arrayNode();
        for (JsonNode part : response) {
            if (!isText(part)) {
                others.add(part);
            }
        }
        return others;
    }

    private static void result(ObjectNode rest, JsonNode request) {
        JsonNode result = request.path("result");
        if (result.isObject()) {
            ObjectNode beyond = Fields.rest(result);
            if (result.path("metadata").isObject()) {
                beyond.set("metadata", Fields.rest(result.path("metadata"), "toolCallRounds", "toolCallResults"));
            }
            rest.set("result", beyond);
        }
    }

    private void called(JsonNode request) {
        JsonNode metadata = request.path("result").path("metadata");
        Usage usage = new Usage(
                Fields.count(metadata, "promptTokens"), Fields.count(metadata, "outputTokens"), null, null, null);
        if (!usage.isEmpty()) {
            @Nullable String model = Fields.text(metadata, "resolvedModel");
            events.accept(new ModelCalled(
                    key,
                    place,
                    Fields.text(request, "responseId"),
                    Fields.text(request, "responseId", "requestId"),
                    model == null ? Fields.text(request, "modelId") : model,
                    null,
                    usage,
                    null,
                    null,
                    Fields.time(request, "timestamp"),
                    null,
                    null));
        }
    }
}
