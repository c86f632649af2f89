package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Items of {@code codex exec --json} that are the use of a tool: the call, and its answer in the same item. */
final class CodexExecTools {

    private static final Set<String> CALLS =
            Set.of("command_execution", "file_change", "mcp_tool_call", "web_search", "collab_tool_call");

    private CodexExecTools() {}

    static boolean isCall(String type) {
        return CALLS.contains(type);
    }

    /**
     * Adds the call and, if it has ended, its answer.
     *
     * @param ended whether the item is complete
     */
    static void add(MessageRead.Builder message, String type, JsonNode item, boolean ended) {
        String id = Fields.text(item, "id");
        String tool = type.equals("mcp_tool_call") || type.equals("collab_tool_call")
                ? Objects.requireNonNullElse(Fields.text(item, "tool"), type)
                : type;
        JsonNode input =
                switch (type) {
                    case "command_execution" -> only(item, "command");
                    case "file_change" -> only(item, "changes");
                    case "web_search" -> only(item, "query");
                    default -> item.path("arguments").isMissingNode() ? only(item, "prompt") : item.path("arguments");
                };
        ObjectNode call = Fields.rest(item, "aggregated_output", "result");
        message.add(new Part.Call(id, tool, input, null, null, call));
        if (!ended) {
            return;
        }
        JsonNode output = item.has("aggregated_output") ? item.path("aggregated_output") : item.path("result");
        if (item.path("error").isObject() && (output.isMissingNode() || output.isNull())) {
            output = item.path("error");
        }
        message.add(new Part.Answer(
                id, tool, output.isMissingNode() || output.isNull() ? null : output, outcome(item), decidedBy(item)));
    }

    private static ObjectNode only(JsonNode item, String member) {
        ObjectNode input = Fields.object();
        if (item.has(member)) {
            input.set(member, item.path(member));
        }
        return input;
    }

    private static Outcome outcome(JsonNode item) {
        if (item.path("exit_code").isNumber()) {
            return item.path("exit_code").decimalValue().signum() == 0 ? Outcome.SUCCESS : Outcome.FAILED;
        }
        return switch (item.path("status").asText()) {
            case "completed" -> Outcome.SUCCESS;
            case "failed", "declined" -> Outcome.FAILED;
            default -> Outcome.UNKNOWN;
        };
    }

    private static @Nullable String decidedBy(JsonNode item) {
        if (item.path("exit_code").isNumber()) {
            return "exit_code";
        }
        return outcome(item) == Outcome.UNKNOWN ? null : "status";
    }
}
