package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcomes;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Records with a list of chat messages, as OpenAI and Anthropic have them. */
abstract class ChatFormat implements RunFormat {

    private static final String SHAPE = "content_parts";
    private static final String ABSENT = "absent";
    private static final String CONTINUED = "continued";
    private static final String LIST = "messages_in";
    private static final String PLACE = "message_in";
    private static final String LEGACY = "legacy_call";
    private static final String TEXT_IN = "text_in";
    private static final String CONTENT = "content";

    /** Members of the source that have the names of notes. */
    static final String SAME_NAMES = "source_members";

    /** What the readers note for the writer. */
    private static final Set<String> NOTES = Set.of(SHAPE, ABSENT, CONTINUED, PLACE, LEGACY, SAME_NAMES);

    /** The forms whose rests are in the words of chat messages. */
    private static final Set<String> CHATS = Set.of("openai", "anthropic", "tau-bench");

    @Override
    public JsonNode write(Run run, Consumer<String> unsaid) {
        boolean same = isOwn(run.form());
        ObjectNode record = Fields.object();
        if (CHATS.contains(run.form())) {
            record.setAll(run.started().metadata());
        } else if (run.started().externalId() != null) {
            record.put("id", run.started().externalId());
        }
        if (!same) {
            unsaid(run, record, unsaid);
        }
        JsonNode list = record.remove(LIST);
        JsonNode sameNames = record.remove(SAME_NAMES);
        ArrayNode messages = Fields.MAPPER.createArrayNode();
        for (MessageRead message : run.messages()) {
            if (same) {
                kept(message, record, messages);
            } else {
                foreign(message, record, messages, unsaid);
            }
        }
        if (!run.children().isEmpty()) {
            unsaid.accept("the runs of sub-agents");
        }
        if (list != null && list.asText().isEmpty()) {
            return messages;
        }
        if (list == null || !list.isNull()) {
            String where = list == null ? "messages" : list.asText();
            int end = where.lastIndexOf('/');
            at(record, where.substring(0, Math.max(0, end))).set(where.substring(end + 1), messages);
        }
        add(sameNames, record);
        return record;
    }

    /** Adds members of the source that have the names of notes. */
    static void add(@Nullable JsonNode sameNames, ObjectNode written) {
        if (sameNames instanceof ObjectNode members) {
            written.setAll(members);
        }
    }

    /** The object at a place such as {@code response/body}; made if it is missing. */
    private static ObjectNode at(ObjectNode record, String place) {
        return place.isEmpty() ? record : record.withObject("/" + place);
    }

    /** What chats have no place for, whatever the run's messages hold; the record has what the source says of the run. */
    static void unsaid(Run run, ObjectNode record, Consumer<String> unsaid) {
        Endings.ofRun(run, Outcomes.status(record), unsaid);
        if (!run.calls().isEmpty()) {
            unsaid.accept("tokens and cost");
        }
        if (Endings.hasTimes(run)) {
            unsaid.accept("times");
        }
        Endings.ofHead(run, unsaid);
        if (run.started().agent() != null) {
            unsaid.accept("the agent of a run");
        }
        if (!CHATS.contains(run.form()) && !run.started().metadata().isEmpty()) {
            unsaid.accept("what the source says of the run");
        }
    }

    /**
     * What chats have no place for in a message.
     *
     * @param roles those that are written; that of a tool's answer always is
     */
    static void unsaid(MessageRead message, Set<Role> roles, Consumer<String> unsaid) {
        Endings.ofRole(message, roles, unsaid);
        if (message.parts().isEmpty()) {
            unsaid.accept("a message without content");
        }
        if (!message.rest().isEmpty()) {
            unsaid.accept("what the source says of a message beyond role, content and calls");
        }
    }

    /** Writes a message that came from a form without the members of chat messages. */
    abstract void foreign(MessageRead message, ObjectNode record, ArrayNode messages, Consumer<String> unsaid);

    /** Writes a message as the source had it. */
    private static void kept(MessageRead message, ObjectNode record, ArrayNode messages) {
        ObjectNode rest = message.rest();
        String place = rest.path(PLACE).asText();
        if (place.equals("system") || place.endsWith("/system")) {
            int end = place.lastIndexOf('/');
            at(record, place.substring(0, Math.max(0, end))).set("system", content(message));
            return;
        }
        if (rest.has(CONTINUED) && messages.path(messages.size() - 1) instanceof ObjectNode before) {
            continued(message, before.withArrayProperty(CONTENT));
            return;
        }
        if (message.parts().size() == 1
                && message.parts().get(0) instanceof Part.Other other
                && message.role() == Role.OTHER
                && rest.isEmpty()) {
            messages.add(other.json());
            return;
        }
        ObjectNode written = rest.has(PLACE) ? at(record, place) : messages.addObject();
        if (message.role() != Role.OTHER) {
            written.put("role", message.role().name().toLowerCase(Locale.ROOT));
        }
        JsonNode content = content(message);
        if (!content.isMissingNode()) {
            written.set(CONTENT, content);
        }
        beside(message, written);
        for (Map.Entry<String, JsonNode> member : rest.properties()) {
            if (!NOTES.contains(member.getKey())) {
                written.set(member.getKey(), member.getValue());
            }
        }
        add(rest.get(SAME_NAMES), written);
    }

    /** Puts parts of a message that held a tool's answers too where they were. */
    private static void continued(MessageRead message, ArrayNode before) {
        Iterator<JsonNode> positions = message.rest().path(CONTINUED).iterator();
        for (JsonNode part : content(message)) {
            before.insert(positions.hasNext() ? positions.next().asInt() : before.size(), part);
        }
    }

    /** The content: a list by its shape, or a single value; missing if the source had none. */
    private static JsonNode content(MessageRead message) {
        JsonNode shape = message.rest().path(SHAPE);
        if (shape.isArray()) {
            return list(message, shape);
        }
        if (shape.isObject()) {
            return element(
                    message.parts().stream()
                            .filter(part -> !isBeside(part))
                            .findFirst()
                            .orElse(null),
                    shape);
        }
        for (Part part : message.parts()) {
            if (part instanceof Part.Text text) {
                return TextNode.valueOf(text.text());
            }
            if (part instanceof Part.Answer answer && answer.output() != null) {
                return answer.output();
            }
            if (part instanceof Part.Other other) {
                return other.json();
            }
            if (part instanceof Part.Media media) {
                return media.json();
            }
        }
        return message.rest().path("\0");
    }

    private static JsonNode list(MessageRead message, JsonNode shape) {
        ArrayNode list = Fields.MAPPER.createArrayNode();
        Iterator<Part> parts = message.parts().iterator();
        for (JsonNode each : shape) {
            Part part = parts.hasNext() ? parts.next() : null;
            // Reasoning that stood beside the content comes first.
            while (part != null && isBeside(part) && parts.hasNext()) {
                part = parts.next();
            }
            list.add(element(part, each));
        }
        return list;
    }

    /** An element of a list of parts, by its part and the shape that the reader noted. */
    static JsonNode element(@Nullable Part part, JsonNode shape) {
        ObjectNode element = shape.deepCopy();
        if (part instanceof Part.Text text) {
            return shape.isEmpty() ? TextNode.valueOf(text.text()) : text(text, element);
        }
        if (part instanceof Part.Answer answer) {
            if (answer.output() != null) {
                element.set(CONTENT, answer.output());
            }
            return element;
        }
        if (part instanceof Part.Refusal refusal) {
            return shape.isEmpty()
                    ? element.put("type", "refusal").put("refusal", refusal.text())
                    : element.put("refusal", refusal.text());
        }
        return part == null ? element : json(part);
    }

    private static ObjectNode text(Part.Text text, ObjectNode element) {
        JsonNode named = element.remove(TEXT_IN);
        String in = named == null ? "text" : named.asText();
        int end = in.lastIndexOf('/');
        at(element, in.substring(0, Math.max(0, end))).put(in.substring(end + 1), text.text());
        return element;
    }

    private static JsonNode json(Part part) {
        if (part instanceof Part.Reasoning reasoning) {
            return reasoning.json();
        }
        if (part instanceof Part.Media media) {
            return media.json();
        }
        if (part instanceof Part.Call call) {
            return call.json();
        }
        return part instanceof Part.Other other ? other.json() : Fields.object();
    }

    /** Reasoning of a member of its own; that of the content has a type. */
    private static boolean isBeside(Part part) {
        return part instanceof Part.Reasoning thought && !thought.json().has("type");
    }

    /** Calls, refusal and reasoning beside the content. The calls of Anthropic's messages are in it. */
    private static void beside(MessageRead message, ObjectNode written) {
        JsonNode shape = message.rest().path(SHAPE);
        int inContent = shape.isObject() ? 1 : shape.size();
        List<JsonNode> calls = new ArrayList<>();
        int position = 0;
        for (Part part : message.parts()) {
            if (part instanceof Part.Reasoning thought && isBeside(part)) {
                written.setAll((ObjectNode) thought.json());
                continue;
            }
            boolean after = position++ >= inContent;
            if (after && part instanceof Part.Call call) {
                calls.add(call.json());
            } else if (after && part instanceof Part.Refusal refusal) {
                written.put("refusal", refusal.text());
            }
        }
        if (message.rest().has(LEGACY)) {
            written.set("function_call", calls.remove(calls.size() - 1));
        }
        if (!calls.isEmpty()) {
            written.putArray("tool_calls").addAll(calls);
        }
    }

    /** The texts of a message in one. */
    static String text(MessageRead message) {
        List<String> texts = new ArrayList<>();
        for (Part part : message.parts()) {
            if (part instanceof Part.Text text) {
                texts.add(text.text());
            } else if (part instanceof Part.Refusal refusal) {
                texts.add(refusal.text());
            }
        }
        return String.join("\n", texts);
    }
}
