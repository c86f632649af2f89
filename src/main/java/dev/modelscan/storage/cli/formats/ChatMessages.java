package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chat messages: an object with {@code role} and {@code content}, with calls of tools as OpenAI or as Anthropic has them.
 * Whatever a message holds beside role, content and calls stays in its rest, so that it can be written again.
 */
public final class ChatMessages {

    /** In a message's rest: members that are not there, if null or empty would look the same. */
    static final String ABSENT = "absent";

    /**
     * In a message's rest: it is a part of the message before it, which held a tool's answers too; true if it is its end,
     * else the positions of its parts.
     */
    static final String CONTINUED = "continued";

    /** In a message's rest: where in its record it is, if that is not the list of messages. */
    static final String PLACE = "message_in";

    /** In a message's rest: its last call is that of a {@code function_call}. */
    static final String LEGACY = "legacy_call";

    private static final List<String> TIMES =
            List.of("timestamp", "created_at", "createdAt", "create_time", "created", "ts");
    private static final List<String> REASONING =
            List.of("reasoning_content", "reasoning", "reasoning_details", "thinking");
    private static final Map<String, Role> ROLES = Map.of(
            "system", Role.SYSTEM,
            "developer", Role.DEVELOPER,
            "user", Role.USER,
            "assistant", Role.ASSISTANT,
            "tool", Role.TOOL);
    /** What is noted in a message's rest. */
    static final Set<String> NOTES = Set.of(ContentParts.SHAPE, ABSENT, CONTINUED, PLACE, LEGACY);

    private static final List<String> CALLS = List.of("tool_calls", "function_call");
    private static final Set<String> USED = Set.of("role", "content", "tool_calls", "function_call");

    private final String run;
    private final Events events;
    private @Nullable String model;
    private boolean usage;

    /** A reader of one run's messages. */
    public ChatMessages(String run, Events events) {
        this.run = run;
        this.events = events;
    }

    /** The model of assistants' messages that name none. */
    public ChatMessages model(@Nullable String name) {
        model = name;
        return this;
    }

    /** Whether a message said how many tokens it took. */
    boolean hasUsage() {
        return usage;
    }

    /** Tells of a list of messages. */
    public void readAll(Place place, JsonNode messages, String path) {
        int index = 0;
        for (JsonNode message : messages) {
            read(place, message, path + "[" + index++ + "]");
        }
    }

    /**
     * Tells of a message.
     *
     * @param path where it is in its record, such as {@code messages[3]}
     */
    public void read(Place place, JsonNode message, String path) {
        read(place, message, path, Rest.words(message, USED, NOTES));
    }

    /** Tells of a message that is in no list, but at that place in its record, such as {@code choices/0/message}. */
    void readAt(Place place, JsonNode message, String where) {
        ObjectNode rest = Rest.words(message, USED, NOTES).put(PLACE, where);
        read(place, message, where.replace('/', '.'), rest);
    }

    private void read(Place place, JsonNode message, String path, ObjectNode rest) {
        if (!message.isObject()) {
            events.accept(new Warned(run, place, path, "is not a JSON object; kept as another part"));
            events.accept(MessageRead.builder(run, place, Role.OTHER)
                    .add(new Part.Other(message))
                    .build());
            return;
        }
        Role role = role(place, message, path, rest);
        JsonNode content = message.path("content");
        if (role == Role.USER && content.isArray() && holdsAnswers(content)) {
            readAnswers(place, message, rest);
        } else {
            MessageRead.Builder builder = start(place, message, role, rest);
            if (role == Role.TOOL) {
                answer(builder, message, rest);
            } else {
                reasoning(builder, message, rest);
                content(place, builder, content, path, rest);
                refusal(builder, message, rest);
            }
            calls(place, builder, message, path, rest);
            events.accept(builder.rest(rest).build());
        }
        usage(place, message);
    }

    private MessageRead.Builder start(Place place, JsonNode message, Role role, ObjectNode rest) {
        return MessageRead.builder(run, place, role)
                .externalId(role == Role.TOOL ? null : Fields.text(message, "id", "uuid"))
                .author(role == Role.TOOL ? null : Fields.text(message, "name"))
                .createdAt(Fields.time(message, TIMES.toArray(new String[0])))
                .rest(rest);
    }

    private Role role(Place place, JsonNode message, String path, ObjectNode rest) {
        JsonNode given = message.path("role");
        String name = given.isTextual() ? given.textValue().toLowerCase(Locale.ROOT) : "";
        Role role = name.equals("function") ? Role.TOOL : ROLES.get(name);
        if (role == null) {
            events.accept(new Warned(
                    run,
                    place,
                    path + ".role",
                    (given.isMissingNode() ? "is missing" : "is " + given + ", which the form does not have")
                            + "; kept with the role other"));
        }
        boolean same = role != null && given.asText().equals(role.name().toLowerCase(Locale.ROOT));
        if (!same && !given.isMissingNode()) {
            rest.set("role", given);
        }
        return role == null ? Role.OTHER : role;
    }

    private static boolean holdsAnswers(JsonNode content) {
        for (JsonNode part : content) {
            if (part.path("type").asText().equals("tool_result")) {
                return true;
            }
        }
        return false;
    }

    /** A message with tools' answers is the tools'; what else it holds is a message of its author. */
    private void readAnswers(Place place, JsonNode message, ObjectNode rest) {
        ArrayNode answers = JsonNodeFactory.instance.arrayNode();
        ArrayNode others = JsonNodeFactory.instance.arrayNode();
        ArrayNode positions = JsonNodeFactory.instance.arrayNode();
        int position = 0;
        for (JsonNode part : message.path("content")) {
            boolean answer = ContentParts.isAnswer(part);
            (answer ? answers : others).add(part);
            if (!answer) {
                positions.add(position);
            }
            position++;
        }
        boolean atEnd = positions.path(0).asInt() == answers.size();
        ArrayNode leftovers = JsonNodeFactory.instance.arrayNode();
        MessageRead.Builder first = start(place, message, Role.TOOL, rest);
        for (JsonNode answer : answers) {
            first.add(ContentParts.of1(answer));
            leftovers.add(Fields.rest(answer, "content"));
        }
        rest.set("role", message.path("role"));
        for (String calls : CALLS) {
            if (message.has(calls)) {
                rest.set(calls, message.path(calls));
            }
        }
        rest.set(ContentParts.SHAPE, leftovers);
        first.externalId(Fields.text(message, "id", "uuid"));
        events.accept(first.build());
        if (!others.isEmpty()) {
            ObjectNode continued = JsonNodeFactory.instance.objectNode();
            continued.set(CONTINUED, atEnd ? BooleanNode.TRUE : positions);
            MessageRead.Builder second = start(place, message, Role.USER, ContentParts.withShape(continued, others));
            ContentParts.of(others).forEach(second::add);
            events.accept(second.externalId(null).build());
        }
    }

    private static void answer(MessageRead.Builder builder, JsonNode message, ObjectNode rest) {
        JsonNode output = message.path("content");
        if (output.isMissingNode()) {
            rest.putArray(ABSENT).add("content");
        } else if (output.isNull()) {
            rest.putNull("content");
        }
        String callId = message.path("tool_call_id").asText(message.path("id").asText());
        builder.add(Flag.of(message, output).answer(callId, message.path("name").asText(), output));
    }

    private static void reasoning(MessageRead.Builder builder, JsonNode message, ObjectNode rest) {
        for (String member : REASONING) {
            JsonNode thought = message.path(member);
            if (!thought.isMissingNode() && !thought.isNull()) {
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                builder.add(new Part.Reasoning(json.set(member, thought)));
                rest.remove(member);
            }
        }
    }

    private void content(Place place, MessageRead.Builder builder, JsonNode content, String path, ObjectNode rest) {
        if (content.isTextual()) {
            builder.add(new Part.Text(content.textValue()));
        } else if (content.isArray()) {
            ContentParts.of(content).forEach(builder::add);
            ContentParts.withShape(rest, content);
        } else if (content.isNull()) {
            rest.putNull("content");
        } else if (content.isMissingNode()) {
            rest.putArray(ABSENT).add("content");
        } else {
            if (!content.isObject()) {
                events.accept(new Warned(
                        run, place, path + ".content", "is neither text nor a list of parts; kept as another part"));
            }
            builder.add(content.isObject() ? ContentParts.of1(content) : new Part.Other(content));
            if (content.isObject()) {
                rest.set(ContentParts.SHAPE, ContentParts.shapeOf(content));
            }
        }
    }

    private static void refusal(MessageRead.Builder builder, JsonNode message, ObjectNode rest) {
        if (message.path("refusal").isTextual()) {
            builder.add(new Part.Refusal(message.path("refusal").textValue()));
            rest.remove("refusal");
        }
    }

    private void calls(Place place, MessageRead.Builder builder, JsonNode message, String path, ObjectNode rest) {
        JsonNode calls = message.path("tool_calls");
        if (calls.isArray() && !calls.isEmpty()) {
            int index = 0;
            for (JsonNode call : calls) {
                builder.add(call(place, call, path + ".tool_calls[" + index++ + "]"));
            }
        } else if (!calls.isMissingNode()) {
            rest.set("tool_calls", calls);
            if (!calls.isNull() && !calls.isArray()) {
                events.accept(new Warned(run, place, path + ".tool_calls", "is not an array; kept in the metadata"));
            }
        }
        JsonNode legacy = message.path("function_call");
        if (legacy.isObject()) {
            builder.add(call(place, legacy, path + ".function_call"));
            rest.put(LEGACY, true);
        } else if (!legacy.isMissingNode()) {
            rest.set("function_call", legacy);
        }
    }

    private Part call(Place place, JsonNode call, String path) {
        JsonNode body = call.path("function").isObject()
                ? call.path("function")
                : call.path("custom").isObject() ? call.path("custom") : call;
        String name = Fields.text(body, "name");
        name = name == null || name.isBlank() ? null : name;
        if (name == null) {
            events.accept(new Warned(run, place, path, "has no name; kept as a call of an unnamed tool"));
        }
        // A custom tool takes text, even if it looks like JSON.
        JsonNode input = body.has("input")
                ? body.get("input")
                : Fields.json(body.has("arguments") ? body.get("arguments") : body.path("args"));
        return new Part.Call(Fields.text(call, "id"), name, input, null, null, call);
    }

    private void usage(Place place, JsonNode message) {
        JsonNode metrics = message.path("metrics");
        Usage tokens = Usages.of(message.path("usage"));
        tokens = tokens.isEmpty() ? Usages.ofMetrics(metrics) : tokens;
        BigDecimal cost = Fields.number(message, "cost");
        cost = cost == null ? Fields.number(metrics, "cost") : cost;
        usage |= !tokens.isEmpty();
        boolean costs = cost != null && cost.signum() > 0;
        if (tokens.isEmpty() && !costs) {
            return;
        }
        JsonNode info = message.path("modelInfo");
        String named = Fields.text(message, "model");
        named = named == null ? Fields.text(info, "id", "modelId") : named;
        Instant time = Fields.time(message, TIMES.toArray(new String[0]));
        events.accept(new ModelCalled(
                run,
                place,
                null,
                null,
                named == null ? model : named,
                Fields.text(info, "provider", "providerId"),
                tokens,
                costs ? cost : null,
                costs ? "USD" : null,
                null,
                time,
                Fields.text(message, "finish_reason", "stop_reason")));
    }
}
