package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import java.util.Set;
import java.util.stream.Stream;

/** Anthropic's messages: the system prompt beside the list, calls and answers as parts, reasoning with a signature. */
final class AnthropicForm extends ChatForm {

    private static final Set<String> THOUGHTS = Set.of("thinking", "redacted_thinking");

    @Override
    public String name() {
        return "anthropic";
    }

    @Override
    public boolean recognizes(First first) {
        return first.values().stream()
                .anyMatch(record -> isErrorOfAnthropic(record)
                        || (holdsMessages(record) && bodies(sample(record)).anyMatch(AnthropicForm::isOurs)));
    }

    private static boolean isOurs(JsonNode body) {
        if (body.isArray()) {
            return hasParts(body);
        }
        boolean system = body.has("system") && body.path("messages").isArray();
        return system
                || hasParts(body.path("messages"))
                || hasPart(body.path("content"))
                || (body.path("type").asText().equals("message") && body.has("stop_reason"));
    }

    private static Stream<JsonNode> bodies(JsonNode record) {
        return Stream.of(
                record,
                record.path("params"),
                record.path("request"),
                record.path("response"),
                record.path("result").path("message"));
    }

    private static boolean hasParts(JsonNode messages) {
        for (JsonNode message : messages) {
            if (hasPart(message.path("content"))) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasPart(JsonNode content) {
        for (JsonNode part : content) {
            if (THOUGHTS.contains(part.path("type").asText())
                    || ContentParts.isCall(part)
                    || ContentParts.isAnswer(part)) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean hasSystem(JsonNode body) {
        return body.path("system").isTextual() || body.path("system").isArray();
    }

    @Override
    void readSystem(String run, Place place, JsonNode system, String where, Events events) {
        MessageRead.Builder message = MessageRead.builder(run, place, Role.SYSTEM);
        ObjectNode rest = Fields.object().put(ChatMessages.PLACE, where);
        if (system.isTextual()) {
            message.add(new Part.Text(system.textValue()));
        } else {
            ContentParts.of(system).forEach(message::add);
            ContentParts.withShape(rest, system);
        }
        events.accept(message.rest(rest).build());
    }
}
