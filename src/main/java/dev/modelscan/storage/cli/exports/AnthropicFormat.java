package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Anthropic's messages: the system prompt beside the list, calls and answers as parts. */
public final class AnthropicFormat extends ChatFormat {

    private static final Set<String> REASONING = Set.of("thinking", "redacted_thinking");

    @Override
    public String name() {
        return "anthropic";
    }

    @Override
    public boolean isOwn(String form) {
        return form.equals("anthropic");
    }

    @Override
    void foreign(MessageRead message, ObjectNode record, ArrayNode messages, Consumer<String> unsaid) {
        if (message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER) {
            String before = record.path("system").asText();
            record.put("system", before.isEmpty() ? text(message) : before + "\n" + text(message));
            return;
        }
        ObjectNode before = message.role() == Role.TOOL ? answers(messages) : null;
        ObjectNode written = before == null ? Fields.object() : before;
        written.put("role", message.role() == Role.ASSISTANT ? "assistant" : "user");
        ArrayNode content = written.withArrayProperty("content");
        for (Part part : message.parts()) {
            part(part, content, unsaid);
        }
        if (before == null && !content.isEmpty()) {
            messages.add(written);
        }
        if (!message.rest().isEmpty()) {
            unsaid.accept("what the source says of a message beyond role, content and calls");
        }
    }

    /** The message before, if tools' answers end it: the answers of parallel calls are one message. */
    private static @Nullable ObjectNode answers(ArrayNode messages) {
        JsonNode last = messages.path(messages.size() - 1);
        JsonNode content = last.path("content");
        boolean ends = content.path(content.size() - 1).path("type").asText().equals("tool_result");
        return ends ? (ObjectNode) last : null;
    }

    private static void part(Part part, ArrayNode content, Consumer<String> unsaid) {
        if (part instanceof Part.Text text) {
            content.addObject().put("type", "text").put("text", text.text());
        } else if (part instanceof Part.Refusal refusal) {
            content.addObject().put("type", "text").put("text", refusal.text());
        } else if (part instanceof Part.Reasoning thought
                && REASONING.contains(thought.json().path("type").asText())) {
            content.add(thought.json());
        } else if (part instanceof Part.Call call) {
            ObjectNode use = content.addObject().put("type", "tool_use");
            use.put("id", call.callId() == null ? "" : call.callId())
                    .put("name", call.tool() == null ? "" : call.tool());
            JsonNode input = call.input() == null ? Fields.object() : call.input();
            use.set("input", input.isObject() ? input : Fields.object().set("input", input));
        } else if (part instanceof Part.Answer answer) {
            answer(answer, content);
        } else {
            unsaid.accept(
                    "a part of the kind " + part.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        }
    }

    private static void answer(Part.Answer answer, ArrayNode content) {
        ObjectNode result = content.addObject().put("type", "tool_result");
        result.put("tool_use_id", answer.callId() == null ? "" : answer.callId());
        JsonNode output = answer.output();
        if (output != null) {
            result.put("content", output.isTextual() ? output.textValue() : output.toString());
        }
        if (answer.outcome() == Outcome.FAILED) {
            result.put("is_error", true);
        }
    }
}
