package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.Refused;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Chats of Visual Studio Code, such as those with GitHub Copilot: one object, or lines of which the first holds the whole
 * session and each other one a change to it.
 */
final class VsCodeForm implements Form {

    @Override
    public String name() {
        return "vscode-chat";
    }

    @Override
    public boolean recognizes(First first) {
        JsonNode value = first.value();
        return isSession(value) || (value.path("kind").isNumber() && isSession(value.path("v")));
    }

    private static boolean isSession(JsonNode value) {
        JsonNode requests = value.path("requests");
        return requests.isArray()
                && (value.has("sessionId") || value.has("responderUsername"))
                && (requests.isEmpty() || requests.path(0).has("message"));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        ObjectNode state = null;
        Place place = new Place(0, 0, -1);
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode value = item.value();
            if (isSession(value)) {
                VsCodeSession.tell(item.place(), value, records.name(), events);
            } else if (value.path("kind").asInt(-1) == 0 && value.path("v").isObject()) {
                tell(place, state, records.name(), events);
                state = (ObjectNode) inMemory(value.path("v"));
                place = item.place();
            } else if (state == null || !change(state, value)) {
                events.accept(new Refused(item.place(), "is not a change of a session that is known"));
            }
        }
        tell(place, state, records.name(), events);
    }

    private static void tell(Place place, @Nullable ObjectNode state, String name, Events events) {
        if (state != null) {
            VsCodeSession.tell(place, state, name, events);
        }
    }

    /** Makes a change: 1 sets a value, 2 cuts a list off and adds to it, 3 deletes. False if there is no such place. */
    private static boolean change(ObjectNode state, JsonNode change) {
        JsonNode path = change.path("k");
        JsonNode holder = state;
        for (int i = 0; i < path.size() - 1; i++) {
            holder = at(holder, path.path(i));
        }
        JsonNode last = path.path(path.size() - 1);
        JsonNode value = inMemory(change.path("v"));
        switch (change.path("kind").asInt(-1)) {
            case 1 -> {
                return set(holder, last, value);
            }
            case 2 -> {
                if (at(holder, last).isMissingNode() || at(holder, last).isNull()) {
                    set(holder, last, Fields.MAPPER.createArrayNode());
                }
                if (!(at(holder, last) instanceof ArrayNode list)) {
                    return false;
                }
                while (change.has("i")
                        && list.size() > Math.max(0, change.path("i").asInt())) {
                    list.remove(list.size() - 1);
                }
                value.forEach(list::add);
                return true;
            }
            case 3 -> {
                return holder instanceof ObjectNode object && object.remove(last.asText()) != null;
            }
            default -> {
                return false;
            }
        }
    }

    /** A copy that holds its long arrays too, since changes may come to each of them. */
    private static JsonNode inMemory(JsonNode value) {
        if (value.isObject()) {
            ObjectNode object = Fields.object();
            value.properties().forEach(member -> object.set(member.getKey(), inMemory(member.getValue())));
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = Fields.MAPPER.createArrayNode();
            value.forEach(element -> array.add(inMemory(element)));
            return array;
        }
        return value;
    }

    private static JsonNode at(JsonNode holder, JsonNode key) {
        return key.isNumber() ? holder.path(key.asInt()) : holder.path(key.asText());
    }

    private static boolean set(JsonNode holder, JsonNode key, JsonNode value) {
        if (holder instanceof ArrayNode list && key.asInt() >= 0 && key.asInt() < list.size()) {
            list.set(key.asInt(), value);
            return true;
        }
        if (holder instanceof ObjectNode object && key.isTextual()) {
            object.set(key.textValue(), value);
            return true;
        }
        return false;
    }
}
