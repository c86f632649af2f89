package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts of Gemini's contents, whose members are written in camel case or with underscores. */
final class GeminiParts {

    private static final String CODE_EXECUTION = "code_execution";

    private GeminiParts() {}

    /** The role of a content: a function's response is told by the user, or by {@code function}. */
    static Role role(String role, JsonNode parts) {
        if (parts.isArray()) {
            for (JsonNode part : parts) {
                if (!either(part, "functionResponse", "function_response").isMissingNode()) {
                    return Role.TOOL;
                }
            }
        }
        return switch (role) {
            case "model", "assistant", "gemini" -> Role.ASSISTANT;
            case "user" -> Role.USER;
            case "system" -> Role.SYSTEM;
            case "function", "tool" -> Role.TOOL;
            default -> Role.OTHER;
        };
    }

    /** Adds the parts: an array of them, one, or text. */
    static void add(MessageRead.Builder message, JsonNode parts, @Nullable Instant at, ObjectNode rest) {
        if (parts.isArray()) {
            int position = 0;
            for (JsonNode part : parts) {
                message.add(part(part, at, position++, rest));
            }
        } else if (parts.isTextual()) {
            message.add(new Part.Text(parts.textValue()));
            Rest.note(rest, "content_is_text", BooleanNode.TRUE);
        } else if (parts.isObject()) {
            message.add(part(parts, at, 0, rest));
        }
    }

    private static Part part(JsonNode part, @Nullable Instant at, int position, ObjectNode rest) {
        if (part.isTextual()) {
            return new Part.Text(part.textValue());
        }
        if (part.path("thought").asBoolean()) {
            return new Part.Reasoning(part);
        }
        JsonNode call = either(part, "functionCall", "function_call");
        if (call.isObject()) {
            return new Part.Call(
                    Fields.text(call, "id"), Fields.text(call, "name"), Fields.json(call.path("args")), at, null, part);
        }
        JsonNode response = either(part, "functionResponse", "function_response");
        if (response.isObject()) {
            Rest.part(rest, position, beyond(part, response, "id", "name", "response"));
            return answer(response);
        }
        if (part.path("text").isTextual()) {
            Rest.part(rest, position, Fields.rest(part, "text"));
            return new Part.Text(part.path("text").textValue());
        }
        JsonNode data = either(part, "inlineData", "inline_data", "fileData", "file_data");
        if (data.isObject()) {
            String type = Fields.text(data, "mimeType", "mime_type");
            return new Part.Media(kind(type), type, part);
        }
        JsonNode code = either(part, "executableCode", "executable_code");
        if (code.isObject()) {
            return new Part.Call(Fields.text(code, "id"), CODE_EXECUTION, code, at, null, part);
        }
        JsonNode result = either(part, "codeExecutionResult", "code_execution_result");
        if (result.isObject()) {
            Rest.part(rest, position, beyond(part, result, "id", "output"));
            return codeResult(result);
        }
        return new Part.Other(part);
    }

    private static Part.Answer answer(JsonNode response) {
        JsonNode output = response.path("response");
        String id = Fields.text(response, "id");
        String tool = Fields.text(response, "name");
        if (Set.of("error", "failed").contains(output.path("status").asText())) {
            return new Part.Answer(id, tool, output, Outcome.FAILED, "status");
        }
        return new Part.Answer(id, tool, output.isMissingNode() ? null : output, Outcome.UNKNOWN, null);
    }

    private static Part.Answer codeResult(JsonNode result) {
        JsonNode output = result.has("output") ? result.path("output") : null;
        Outcome outcome = result.path("outcome").asText().equals("OUTCOME_OK") ? Outcome.SUCCESS : Outcome.FAILED;
        return new Part.Answer(Fields.text(result, "id"), CODE_EXECUTION, output, outcome, "outcome");
    }

    private static ObjectNode beyond(JsonNode part, JsonNode inner, String... known) {
        ObjectNode beyond = Fields.rest(part);
        part.properties().stream()
                .filter(member -> member.getValue().equals(inner))
                .forEach(member -> {
                    ObjectNode rest = Fields.rest(inner, known);
                    if (rest.isEmpty()) {
                        beyond.remove(member.getKey());
                    } else {
                        beyond.set(member.getKey(), rest);
                    }
                });
        return beyond;
    }

    static String kind(@Nullable String mediaType) {
        if (mediaType != null && mediaType.startsWith("image/")) {
            return "image";
        }
        return mediaType != null && mediaType.startsWith("audio/") ? "audio" : "file";
    }

    /** The first of these members that is there and not null. */
    static JsonNode either(JsonNode node, String... members) {
        for (String member : members) {
            if (node.hasNonNull(member)) {
                return node.path(member);
            }
        }
        return node.path("\0");
    }

    /** The tokens that a response used. */
    static Usage usage(JsonNode usage) {
        return new Usage(
                Fields.count(usage, "promptTokenCount", "prompt_token_count"),
                Fields.count(usage, "candidatesTokenCount", "candidates_token_count"),
                Fields.count(usage, "cachedContentTokenCount", "cached_content_token_count"),
                null,
                Fields.count(usage, "thoughtsTokenCount", "thoughts_token_count"));
    }
}
