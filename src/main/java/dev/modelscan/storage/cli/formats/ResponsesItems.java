package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The items of OpenAI's Responses API. An item is a message. */
final class ResponsesItems {

    private static final String CALL = "_call";
    private static final Set<String> NAMED = Set.of("function_call", "custom_tool_call", "mcp_call");
    private static final String TOOL_SEARCH = "tool_search";
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");

    /** Calls by the type of their item, with the name of the tool for those that carry none. */
    private static final Map<String, String> CALLS = Map.ofEntries(
            Map.entry("function_call", ""),
            Map.entry("custom_tool_call", ""),
            Map.entry("mcp_call", ""),
            Map.entry("local_shell_call", "local_shell"),
            Map.entry("shell_call", "shell"),
            Map.entry("apply_patch_call", "apply_patch"),
            Map.entry("computer_call", "computer"),
            Map.entry("web_search_call", "web_search"),
            Map.entry("file_search_call", "file_search"),
            Map.entry("code_interpreter_call", "code_interpreter"),
            Map.entry("image_generation_call", "image_generation"),
            Map.entry("x_search_call", ""),
            Map.entry("tool_search_call", TOOL_SEARCH),
            Map.entry("program", "program"));

    /** Calls that the service itself answers: the item holds the answer too, if any. */
    private static final Map<String, String> ANSWERED_WITHIN = Map.of(
            "mcp_call", "output",
            "x_search_call", "results",
            "web_search_call", "results",
            "file_search_call", "results",
            "code_interpreter_call", "outputs",
            "image_generation_call", "result");

    private static final Set<String> OTHER_TYPES = Set.of(
            "reasoning",
            "item_reference",
            "mcp_list_tools",
            "mcp_approval_request",
            "mcp_approval_response",
            "additional_tools",
            "compaction",
            "compaction_summary",
            "compaction_trigger",
            "context_compaction",
            "ghost_snapshot");

    /** Answers that have no member {@code output}, with that which they have. */
    private static final Map<String, String> OUTPUTS =
            Map.of("tool_search_output", "tools", "program_output", "result");

    private static final Pattern EXIT = Pattern.compile("(?m)^(?:Process exited with code|Exit code:) (-?\\d+)");
    private static final int EXIT_IS_NEAR = 400;

    private ResponsesItems() {}

    /** Whether a value is an item that only this API has. */
    static boolean isItem(JsonNode value) {
        String type = value.path("type").asText();
        if (type.equals("message")) {
            // Anthropic's answers have this type too, with a reason for their end.
            return ROLES.contains(value.path("role").asText()) && value.has("content") && !value.has("stop_reason");
        }
        return CALLS.containsKey(type) || OTHER_TYPES.contains(type) || isOutput(type);
    }

    private static boolean isOutput(String type) {
        return type.endsWith("_call_output") || OUTPUTS.containsKey(type);
    }

    /** Whether it is a call, also of a tool that came after this was written. */
    private static boolean isCall(String type) {
        return CALLS.containsKey(type) || type.endsWith(CALL);
    }

    /** Whether an item is of a known type, and has a known role if it is a message. */
    static boolean isKnown(JsonNode item) {
        String type = type(item);
        return type.equals("message")
                ? ROLES.contains(item.path("role").asText())
                : isCall(type) || isOutput(type) || OTHER_TYPES.contains(type);
    }

    private static String type(JsonNode item) {
        return item.path("type").asText(item.has("role") ? "message" : "");
    }

    /** The message that an item is. An item of a type that is not known becomes one other part. */
    static MessageRead read(String run, Place place, JsonNode item, @Nullable Instant at) {
        String type = type(item);
        String id = Fields.text(item, "id");
        if (type.equals("message")) {
            return message(run, place, item).externalId(id).createdAt(at).build();
        }
        if (isCall(type)) {
            MessageRead.Builder call = MessageRead.builder(run, place, Role.ASSISTANT);
            call(call, type, item, at);
            return call.externalId(id).createdAt(at).build();
        }
        if (isOutput(type)) {
            return answer(MessageRead.builder(run, place, Role.TOOL), type, item)
                    .externalId(id)
                    .createdAt(at)
                    .build();
        }
        Role role = type.equals("reasoning") ? Role.ASSISTANT : Role.OTHER;
        Part part = type.equals("reasoning") ? new Part.Reasoning(item) : new Part.Other(item);
        return MessageRead.builder(run, place, role)
                .externalId(id)
                .createdAt(at)
                .add(part)
                .build();
    }

    private static MessageRead.Builder answer(MessageRead.Builder answer, String type, JsonNode item) {
        String member = OUTPUTS.getOrDefault(type, "output");
        ObjectNode rest = Fields.rest(item, "id", "call_id", member);
        JsonNode output = output(item.path(member));
        Rest.text(rest, member, item.path(member), output);
        // The service's own search has no id of a call. A local shell's answer has that of its call as its own.
        String callId = OUTPUTS.containsKey(type) ? Fields.text(item, "call_id") : Fields.text(item, "call_id", "id");
        String tool = type.equals("tool_search_output") ? TOOL_SEARCH : null;
        return answer.add(answer(callId, tool, output, item)).rest(rest);
    }

    private static MessageRead.Builder message(String run, Place place, JsonNode item) {
        String role = item.path("role").asText().toUpperCase(Locale.ROOT);
        MessageRead.Builder message = MessageRead.builder(
                run, place, ROLES.contains(item.path("role").asText()) ? Role.valueOf(role) : Role.OTHER);
        ObjectNode rest = Fields.rest(item, "id", "content");
        JsonNode content = item.path("content");
        if (content.isArray()) {
            int position = 0;
            for (JsonNode part : content) {
                message.add(part(part, position++, rest));
            }
        } else if (content.isTextual()) {
            message.add(new Part.Text(content.textValue()));
            Rest.note(rest, "content_is_text", BooleanNode.TRUE);
        } else if (!content.isMissingNode()) {
            message.add(new Part.Other(content));
        }
        return message.rest(rest);
    }

    private static Part part(JsonNode part, int position, ObjectNode rest) {
        String type = part.path("type").asText();
        Part read =
                switch (type) {
                    case "summary_text" -> new Part.Text(part.path("text").asText());
                    case "reasoning_text" -> new Part.Reasoning(part);
                    case "computer_screenshot" -> new Part.Media("image", null, part);
                    default -> ContentParts.of1(part);
                };
        if (read instanceof Part.Text || read instanceof Part.Refusal) {
            Rest.part(rest, position, Fields.rest(part, "text", "refusal"));
        }
        return read;
    }

    private static void call(MessageRead.Builder message, String type, JsonNode item, @Nullable Instant at) {
        String named = Fields.text(item, "call_id");
        String callId = named == null || named.isBlank() ? Fields.text(item, "id") : named;
        String tool = tool(type, item);
        JsonNode input = input(item);
        message.add(new Part.Call(callId, tool, input, at, null, item));
        String answer = ANSWERED_WITHIN.get(type);
        if (answer != null && (item.hasNonNull(answer) || item.has("status") || item.hasNonNull("error"))) {
            message.add(answer(callId, tool, item.hasNonNull(answer) ? output(item.path(answer)) : null, item));
        }
    }

    private static @Nullable String tool(String type, JsonNode item) {
        String known = CALLS.getOrDefault(type, "");
        if (!known.isEmpty()) {
            return known;
        }
        String name = Fields.text(item, "name");
        return name != null || NAMED.contains(type) ? name : type.substring(0, type.length() - CALL.length());
    }

    private static @Nullable JsonNode input(JsonNode item) {
        for (String member : new String[] {"arguments", "input", "action", "operation", "queries", "code"}) {
            if (item.has(member)) {
                return Fields.json(item.path(member));
            }
        }
        return null;
    }

    /** Text of a tool is text, unless it holds an object or an array. */
    static @Nullable JsonNode output(JsonNode value) {
        String start = value.isTextual() ? value.textValue().stripLeading() : "";
        return value.isTextual() && !start.startsWith("{") && !start.startsWith("[") ? value : Fields.json(value);
    }

    private static Part.Answer answer(
            @Nullable String callId, @Nullable String tool, @Nullable JsonNode output, JsonNode item) {
        BigDecimal exit = exitCode(output);
        if (exit != null) {
            return new Part.Answer(
                    callId, tool, output, exit.signum() == 0 ? Outcome.SUCCESS : Outcome.FAILED, "exit_code");
        }
        if (item.hasNonNull("error")) {
            return new Part.Answer(callId, tool, output == null ? item.path("error") : output, Outcome.FAILED, "error");
        }
        if (output != null && output.path("success").isBoolean()) {
            Outcome outcome = output.path("success").booleanValue() ? Outcome.SUCCESS : Outcome.FAILED;
            return new Part.Answer(callId, tool, output, outcome, "success");
        }
        // An incomplete answer was cut off. A complete one may still tell of an error.
        String status = item.path("status").asText();
        if (Set.of("failed", "incomplete").contains(status)) {
            return new Part.Answer(callId, tool, output, Outcome.FAILED, "status");
        }
        if (status.equals("completed")
                && ANSWERED_WITHIN.containsKey(item.path("type").asText())) {
            return new Part.Answer(callId, tool, output, Outcome.SUCCESS, "status");
        }
        return new Part.Answer(callId, tool, output, Outcome.UNKNOWN, null);
    }

    private static @Nullable BigDecimal exitCode(@Nullable JsonNode output) {
        if (output == null) {
            return null;
        }
        // A shell answers each of its commands; the first one that failed decides.
        BigDecimal last = null;
        for (JsonNode command : output) {
            JsonNode outcome = command.path("outcome");
            last = outcome.path("type").asText().equals("timeout")
                    ? BigDecimal.ONE.negate()
                    : Fields.number(outcome, "exit_code");
            if (last != null && last.signum() != 0) {
                return last;
            }
        }
        if (last != null) {
            return last;
        }
        BigDecimal code = Fields.number(output.path("metadata"), "exit_code");
        if (code != null || !output.isTextual()) {
            return code == null ? Fields.number(output, "exit_code") : code;
        }
        String text = output.textValue();
        Matcher exit = EXIT.matcher(text.substring(0, Math.min(text.length(), EXIT_IS_NEAR)));
        return exit.find() ? new BigDecimal(exit.group(1)) : null;
    }
}
