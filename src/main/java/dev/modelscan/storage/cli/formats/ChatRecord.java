package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a record of chats holds its messages: in itself, in a request or in a response, as batch files and logs have them. A
 * place is a path of members from the record, such as {@code response/body}; that of the record is empty.
 *
 * @param json the record
 * @param place where the object is that holds the messages, or the one message of a response
 */
record ChatRecord(JsonNode json, String place) {

    private static final List<String> LISTS = List.of("messages", "traj");
    private static final List<String> PLACES =
            List.of("", "body", "params", "request", "request/body", "response/body", "response", "result/message");
    private static final List<String> RESPONSES = List.of("response", "response/body", "result/message");

    /** The record with its messages' place; null if it holds none. */
    static @Nullable ChatRecord of(JsonNode record) {
        if (LISTS.stream().anyMatch(list -> record.path(list).isArray())) {
            return new ChatRecord(record, "");
        }
        for (String place : PLACES) {
            JsonNode body = at(record, place);
            if (body.path("messages").isArray() || isResponse(body)) {
                return new ChatRecord(record, place);
            }
        }
        return null;
    }

    static JsonNode at(JsonNode record, String place) {
        return place.isEmpty() ? record : record.at(JsonPointer.compile("/" + place));
    }

    /** The object that holds the messages. */
    JsonNode body() {
        return at(json, place);
    }

    /** The name of the list of messages; empty if there is none. */
    String list() {
        return LISTS.stream()
                .filter(list -> body().path(list).isArray())
                .findFirst()
                .orElse("");
    }

    /** The place of a member of the body. */
    String in(String member) {
        return place.isEmpty() ? member : place + "/" + member;
    }

    /** The place of the first response that the record holds, beside the list or in place of it; null if there is none. */
    @Nullable
    String response() {
        if (isResponse(body())) {
            return place;
        }
        return RESPONSES.stream()
                .filter(response -> isResponse(at(json, response)))
                .findFirst()
                .orElse(null);
    }

    static boolean isResponse(JsonNode body) {
        JsonNode choices = body.path("choices");
        // The last chunk of a stream has usage, and each may say that it is null.
        boolean chunk = body.path("object").asText().equals("chat.completion.chunk");
        return (choices.isArray() && !chunk && (choices.path(0).has("message") || body.has("usage")))
                || (body.path("role").asText().equals("assistant")
                        && body.path("content").isArray()
                        && body.has("stop_reason"))
                || hasOneMessage(body);
    }

    /** Whether it is a response of Cohere or Ollama, which hold one message and no list of choices. */
    static boolean hasOneMessage(JsonNode body) {
        return body.path("message").path("role").asText().equals("assistant")
                && (body.has("finish_reason") || body.path("done").isBoolean())
                && !body.has("choices");
    }

    /**
     * The record without what its messages say, and with a note of where the list was unless it is {@code messages} of the
     * record itself: null if there was none.
     *
     * @param system whether the system prompt beside the list is a message
     */
    ObjectNode rest(boolean system) {
        String list = list();
        ObjectNode rest = Fields.object();
        if (list.isEmpty()) {
            rest.putNull("messages_in");
        } else if (!in(list).equals("messages")) {
            rest.put("messages_in", in(list));
        }
        rest.setAll(words(list.isEmpty() ? json : without(json, in(list))));
        if (system) {
            rest = without(rest, in("system"));
        }
        String response = response();
        if (response == null) {
            return rest;
        }
        String prefix = response.isEmpty() ? "" : response + "/";
        if (hasOneMessage(at(json, response))) {
            return without(rest, prefix + "message");
        }
        JsonNode choices = at(json, response).path("choices");
        if (!choices.isArray()) {
            return without(rest, prefix + "content");
        }
        ArrayNode others = Fields.MAPPER.createArrayNode();
        choices.forEach(choice -> others.add(choice.isObject() ? Fields.rest(choice, "message") : choice));
        rest = without(rest, prefix + "choices");
        ObjectNode holder = response.isEmpty() ? rest : rest.withObject("/" + response);
        holder.set("choices", others);
        return rest;
    }

    /** A record's members, beside which {@code messages_in} can be noted. */
    static ObjectNode words(JsonNode record) {
        return Rest.words(record, Set.of(), Set.of("messages_in"));
    }

    /** A copy of an object without the member at a place. */
    private static ObjectNode without(JsonNode object, String place) {
        int end = place.indexOf('/');
        if (end < 0) {
            return Fields.rest(object, place);
        }
        String member = place.substring(0, end);
        ObjectNode copy = Fields.rest(object);
        return copy.set(member, without(object.path(member), place.substring(end + 1)));
    }
}
