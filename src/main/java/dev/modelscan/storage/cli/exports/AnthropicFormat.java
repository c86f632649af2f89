package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** Anthropic's messages: the system prompt beside the list, calls and answers as parts. */
public final class AnthropicFormat extends ChatFormat {

    private static final Set<String> REASONING = Set.of("thinking", "redacted_thinking");

    private static final Set<Role> ROLES = EnumSet.of(Role.SYSTEM, Role.USER, Role.ASSISTANT);

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
        unsaid(message, ROLES, unsaid);
        Endings.ofAuthor(message, unsaid);
        if (message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER) {
            message.parts().stream()
                    .filter(part -> !(part instanceof Part.Text) && !(part instanceof Part.Refusal))
                    .forEach(part -> unsaid.accept(kind(part)));
            String before = record.path("system").asText();
            record.put("system", before.isEmpty() ? text(message) : before + "\n" + text(message));
            return;
        }
        if (message.role() == Role.ASSISTANT) {
            assistant(message, messages, unsaid);
        } else {
            ArrayNode results = Fields.MAPPER.createArrayNode();
            ArrayNode others = Fields.MAPPER.createArrayNode();
            message.parts().forEach(part -> part(part, part instanceof Part.Answer ? results : others, unsaid));
            if ((message.role() == Role.TOOL && !others.isEmpty()) || !results.isEmpty()) {
                results(results.addAll(others), messages);
            } else {
                add("user", others, messages);
            }
        }
    }

    /**
     * A tool that the service ran has its answer in the message of the call. Here it is the user's message after the call; calls
     * that are answered later follow it.
     */
    private static void assistant(MessageRead message, ArrayNode messages, Consumer<String> unsaid) {
        Set<String> answered = new HashSet<>();
        message.parts().stream()
                .filter(Part.Answer.class::isInstance)
                .forEach(part -> answered.add(String.valueOf(((Part.Answer) part).callId())));
        ArrayNode content = Fields.MAPPER.createArrayNode();
        ArrayNode open = Fields.MAPPER.createArrayNode();
        for (Part part : message.parts()) {
            if (part instanceof Part.Answer) {
                add("assistant", content, messages);
                content = Fields.MAPPER.createArrayNode();
                ArrayNode result = Fields.MAPPER.createArrayNode();
                part(part, result, unsaid);
                results(result, messages);
            } else if (part instanceof Part.Call call
                    && !answered.isEmpty()
                    && !answered.contains(String.valueOf(call.callId()))) {
                part(part, open, unsaid);
            } else {
                part(part, content, unsaid);
            }
        }
        add("assistant", content.addAll(open), messages);
    }

    private static void add(String role, ArrayNode content, ArrayNode messages) {
        if (!content.isEmpty()) {
            messages.addObject().put("role", role).set("content", content);
        }
    }

    /** The answers of parallel calls are one message, right after the calls, before what else the user says. */
    private static void results(ArrayNode content, ArrayNode messages) {
        int after = messages.size();
        while (after > 0 && !messages.path(after - 1).path("role").asText().equals("assistant")) {
            after--;
        }
        JsonNode last = messages.path(after).path("content");
        if (!isResult(last.path(0))) {
            messages.insertObject(hasCall(messages.path(after - 1)) ? after : messages.size())
                    .put("role", "user")
                    .set("content", content);
            return;
        }
        ArrayNode before = (ArrayNode) last;
        int at = 0;
        while (isResult(before.path(at))) {
            at++;
        }
        for (JsonNode part : content) {
            if (isResult(part)) {
                before.insert(at++, part);
            } else {
                before.add(part);
            }
        }
    }

    private static boolean hasCall(JsonNode message) {
        for (JsonNode part : message.path("content")) {
            if (part.path("type").asText().equals("tool_use")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isResult(JsonNode part) {
        return part.path("type").asText().equals("tool_result");
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
            unsaid.accept(kind(part));
        }
    }

    private static String kind(Part part) {
        return "a part of the kind " + part.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static void answer(Part.Answer answer, ArrayNode content) {
        ObjectNode result = content.addObject().put("type", "tool_result");
        result.put("tool_use_id", answer.callId() == null ? "" : answer.callId());
        if (answer.output() != null) {
            result.put("content", Endings.text(answer));
        }
        boolean failed = answer.outcome() == Outcome.FAILED;
        if (failed || (answer.outcome() == Outcome.SUCCESS && Endings.read(answer) == Outcome.FAILED)) {
            result.put("is_error", failed);
        }
    }
}
