package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Sessions of Continue: items that hold a message of OpenAI's, and the states of its calls. A call is answered by a message of
 * its own, or by its state alone.
 */
final class ContinueForm implements Form {

    @Override
    public String name() {
        return "continue";
    }

    @Override
    public boolean recognizes(First first) {
        return first.objects().limit(3).anyMatch(ContinueForm::isSession);
    }

    private static boolean isSession(JsonNode value) {
        return value.has("sessionId")
                && value.path("history").path(0).path("message").path("role").isTextual();
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            if (isSession(item.value())) {
                session(item.place(), item.value(), events);
            } else {
                events.accept(new Event.Refused(item.place(), "is not a session of Continue with messages"));
            }
        }
    }

    private static void session(Place place, JsonNode session, Events events) {
        String run = "session " + place.record();
        ObjectNode metadata = Fields.rest(session, "history", "sessionId", "title");
        String id = Fields.text(session, "sessionId");
        events.accept(new RunStarted(run, place, id, null, Fields.text(session, "title"), "continue", null, metadata));
        Set<String> answered = new HashSet<>();
        for (JsonNode item : session.path("history")) {
            answered.add(item.path("message").path("toolCallId").asText());
        }
        ChatMessages messages = new ChatMessages(run, events);
        int index = 0;
        for (JsonNode item : session.path("history")) {
            messages.read(place, message(item), "history[" + index++ + "].message");
            for (JsonNode state : item.path("toolCallStates")) {
                answer(run, place, state, answered, events);
            }
        }
        events.accept(new RunEnded(run, place, null, null, null, null, null, Fields.object()));
    }

    /** The message as OpenAI writes it, with what the item has beside it. */
    private static JsonNode message(JsonNode item) {
        ObjectNode message = Fields.rest(item.path("message"), "toolCalls", "toolCallId");
        if (!item.path("message").path("toolCalls").isEmpty()) {
            message.set("tool_calls", item.path("message").path("toolCalls"));
        }
        if (item.path("message").has("toolCallId")) {
            message.set("tool_call_id", item.path("message").path("toolCallId"));
        }
        if (message.path("role").asText().equals("thinking")) {
            message.put("role", "assistant").set("reasoning_content", message.remove("content"));
        }
        ObjectNode beside = Fields.rest(item, "message");
        if (!beside.isEmpty()) {
            message.set("item", beside);
        }
        return message;
    }

    private static void answer(String run, Place place, JsonNode state, Set<String> answered, Events events) {
        String call = state.path("toolCallId")
                .asText(state.path("toolCall").path("id").asText());
        JsonNode output = state.path("output");
        boolean ended = Set.of("done", "errored", "canceled")
                .contains(state.path("status").asText());
        if (!ended || call.isEmpty() || !answered.add(call)) {
            return;
        }
        String tool = state.path("toolCall").path("function").path("name").asText();
        boolean done = state.path("status").asText().equals("done");
        events.accept(MessageRead.builder(run, place, Role.TOOL)
                .add(new Part.Answer(
                        call,
                        tool.isEmpty() ? null : tool,
                        output.isEmpty() ? null : output,
                        done ? Outcome.SUCCESS : Outcome.FAILED,
                        "status"))
                .build());
    }
}
