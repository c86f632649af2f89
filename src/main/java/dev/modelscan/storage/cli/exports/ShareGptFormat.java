package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** ShareGPT's turns, with {@code function_call} and {@code observation}. */
public final class ShareGptFormat implements RunFormat {

    private static final String NAME = "sharegpt";
    private static final Set<String> NOTES =
            Set.of("content_parts", "message_in", "absent", "continued", "legacy_call", ChatFormat.SAME_NAMES);

    private static final Set<Role> ROLES = EnumSet.of(Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isOwn(String form) {
        return form.equals(NAME);
    }

    @Override
    public JsonNode write(Run run, Consumer<String> unsaid) {
        boolean same = isOwn(run.form());
        ObjectNode record = Fields.object();
        if (same) {
            record.setAll(run.started().metadata());
        } else {
            if (run.started().externalId() != null) {
                record.put("id", run.started().externalId());
            }
            ChatFormat.unsaid(run, record, unsaid);
        }
        JsonNode list = record.remove("messages_in");
        JsonNode sameNames = record.remove(ChatFormat.SAME_NAMES);
        ArrayNode turns = Fields.MAPPER.createArrayNode();
        for (MessageRead message : run.messages()) {
            if (same && message.rest().path("message_in").asText().equals("system")) {
                record.put("system", ChatFormat.text(message));
            } else if (same && message.rest().has("from")) {
                turns.add(kept(message));
            } else {
                foreign(message, turns, unsaid);
            }
        }
        record.set(list == null ? "conversations" : list.asText(), turns);
        ChatFormat.add(sameNames, record);
        if (!run.children().isEmpty()) {
            unsaid.accept("the runs of sub-agents");
        }
        return record;
    }

    private static ObjectNode kept(MessageRead message) {
        ObjectNode turn = Fields.rest(message.rest(), NOTES);
        ChatFormat.add(message.rest().get(ChatFormat.SAME_NAMES), turn);
        JsonNode shape = message.rest().path("content_parts");
        if (shape.isArray()) {
            ArrayNode value = turn.putArray("value");
            int position = 0;
            for (Part part : message.parts()) {
                value.add(ChatFormat.element(part, shape.path(position++)));
            }
            return turn;
        }
        for (Part part : message.parts()) {
            if (part instanceof Part.Text text) {
                return turn.put("value", text.text());
            }
            if (part instanceof Part.Call call) {
                return turn.set("value", call.json());
            }
            if (part instanceof Part.Answer answer && answer.output() != null) {
                return turn.set("value", answer.output());
            }
            if (part instanceof Part.Other other) {
                return turn.set("value", other.json());
            }
        }
        return turn;
    }

    private static void foreign(MessageRead message, ArrayNode turns, Consumer<String> unsaid) {
        String text = ChatFormat.text(message);
        if (!text.isEmpty()) {
            turn(turns, from(message)).put("value", text);
        }
        for (Part part : message.parts()) {
            if (part instanceof Part.Call call) {
                if (call.callId() != null) {
                    unsaid.accept("the ids of calls");
                }
                ObjectNode value = Fields.object().put("name", call.tool());
                value.set("arguments", call.input() == null ? Fields.object() : call.input());
                turn(turns, "function_call").put("value", value.toString());
            } else if (part instanceof Part.Answer answer) {
                Endings.ofTool(answer, unsaid);
                turn(turns, "observation").put("value", Endings.text(answer));
            } else if (!(part instanceof Part.Text) && !(part instanceof Part.Refusal)) {
                unsaid.accept(
                        "a part of the kind " + part.getClass().getSimpleName().toLowerCase(Locale.ROOT));
            }
        }
        ChatFormat.unsaid(message, ROLES, unsaid);
        Endings.ofAuthor(message, unsaid);
    }

    private static ObjectNode turn(ArrayNode turns, String from) {
        return turns.addObject().put("from", from);
    }

    private static String from(MessageRead message) {
        return switch (message.role()) {
            case SYSTEM, DEVELOPER -> "system";
            case ASSISTANT -> "gpt";
            case TOOL -> "observation";
            default -> "human";
        };
    }
}
