package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import org.jspecify.annotations.Nullable;

/** The content of a message in Claude's sessions. */
final class ClaudeBlocks {

    private ClaudeBlocks() {}

    /** Whether the content answers a tool. */
    static boolean answers(JsonNode content) {
        if (content.isArray()) {
            for (JsonNode block : content) {
                if (block.path("type").asText().equals("tool_result")) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Adds the parts of the content.
     *
     * @param toolResult what the session says of the answer beside its content: an object after a success
     * @param child the run of the sub-agent that answers; null if none does
     */
    static void add(
            MessageRead.Builder message,
            JsonNode content,
            JsonNode toolResult,
            @Nullable String child,
            ObjectNode rest) {
        if (content.isTextual()) {
            message.add(new Part.Text(content.textValue()));
        } else if (content.isArray()) {
            Rest.note(rest, "content_is_array", BooleanNode.TRUE);
            int position = 0;
            for (JsonNode block : content) {
                Part part = ContentParts.of1(block);
                if (part instanceof Part.Answer answer) {
                    message.add(decided(answer, toolResult).started(child));
                    Rest.part(rest, position, Fields.rest(block, "tool_use_id", "content"));
                } else {
                    message.add(part);
                    if (part instanceof Part.Text && block.isObject()) {
                        Rest.part(rest, position, Fields.rest(block, "type", "text"));
                    }
                }
                position++;
            }
        } else if (!content.isMissingNode()) {
            message.add(new Part.Other(content));
        }
    }

    private static Part.Answer decided(Part.Answer answer, JsonNode toolResult) {
        if (answer.outcome() != Outcome.UNKNOWN || !toolResult.isObject()) {
            return answer;
        }
        boolean interrupted = toolResult.path("interrupted").asBoolean();
        return new Part.Answer(
                answer.callId(),
                answer.tool(),
                answer.output(),
                interrupted ? Outcome.FAILED : Outcome.SUCCESS,
                interrupted ? "toolUseResult.interrupted" : "toolUseResult");
    }
}
