package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** OpenAI's chat messages. */
public final class OpenAiFormat extends ChatFormat {

    private static final Set<Role> ROLES = EnumSet.of(Role.SYSTEM, Role.DEVELOPER, Role.USER, Role.ASSISTANT);

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public boolean isOwn(String form) {
        return form.equals("openai") || form.equals("tau-bench");
    }

    @Override
    void foreign(MessageRead message, ObjectNode record, ArrayNode messages, Consumer<String> unsaid) {
        ObjectNode written = null;
        for (Part part : message.parts()) {
            if (part instanceof Part.Answer answer) {
                Endings.ofTool(answer, unsaid);
                ObjectNode tool = messages.addObject().put("role", "tool");
                tool.put("tool_call_id", answer.callId() == null ? "" : answer.callId());
                tool.put("content", Endings.text(answer));
            } else if (part instanceof Part.Reasoning) {
                unsaid.accept("reasoning");
            } else if (part instanceof Part.Media || part instanceof Part.Other) {
                unsaid.accept(
                        "a part of the kind " + part.getClass().getSimpleName().toLowerCase(Locale.ROOT));
            } else {
                written = written == null ? start(message, messages) : written;
                if (part instanceof Part.Call call) {
                    call(call, written);
                }
            }
        }
        unsaid(message, ROLES, unsaid);
    }

    private static ObjectNode start(MessageRead message, ArrayNode messages) {
        ObjectNode written = messages.addObject();
        Role role = message.role() == Role.OTHER || message.role() == Role.TOOL ? Role.USER : message.role();
        written.put("role", role.name().toLowerCase(Locale.ROOT));
        if (message.author() != null) {
            written.put("name", message.author());
        }
        String text = text(message);
        boolean calls = message.parts().stream().anyMatch(Part.Call.class::isInstance);
        return calls && text.isEmpty() ? written.putNull("content") : written.put("content", text);
    }

    private static void call(Part.Call call, ObjectNode written) {
        ObjectNode json = written.withArrayProperty("tool_calls").addObject();
        json.put("id", call.callId() == null ? "" : call.callId()).put("type", "function");
        ObjectNode function = json.putObject("function").put("name", call.tool() == null ? "" : call.tool());
        JsonNode input = call.input();
        function.put("arguments", input == null ? "{}" : input.toString());
    }
}
