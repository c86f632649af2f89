package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Warned;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** ShareGPT: records with {@code conversations}, a list of {@code from} and {@code value}. */
final class ShareGptForm implements Form {

    private static final List<String> LISTS = List.of("conversations", "conversation", "items");

    @Override
    public String name() {
        return "sharegpt";
    }

    @Override
    public boolean recognizes(First first) {
        return first.objects().anyMatch(record -> !list(record).isEmpty() && !ChatForm.isPreferences(record))
                || (first.framing() == Framing.ARRAY && isTurn(first.value()));
    }

    private static String list(JsonNode record) {
        return LISTS.stream()
                .filter(list -> isTurn(record.path(list).path(0)))
                .findFirst()
                .orElse("");
    }

    private static boolean isTurn(JsonNode turn) {
        return turn.has("from") && turn.has("value");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Records.Item item;
        while ((item = records.next()) != null) {
            JsonNode record = item.value();
            String list = list(record);
            if (list.isEmpty()) {
                list = LISTS.stream()
                        .filter(name -> record.path(name).isArray())
                        .findFirst()
                        .orElse("");
            }
            if (list.isEmpty()) {
                events.accept(new Event.Refused(item.place(), "has no \"conversations\" that is a list"));
            } else {
                run(item.place(), record, list, events);
            }
        }
    }

    private static void run(Place place, JsonNode record, String list, Events events) {
        String run = "record " + place.record();
        ObjectNode metadata = Rest.words(record, Set.of(list), Set.of("messages_in"));
        if (!list.equals("conversations")) {
            metadata.put("messages_in", list);
        }
        events.accept(new RunStarted(
                run,
                place,
                Fields.text(record, "id"),
                null,
                Fields.text(record, "title"),
                null,
                Fields.time(record, "created_at", "timestamp"),
                metadata.without(List.of("system"))));
        if (record.path("system").isTextual()) {
            events.accept(MessageRead.builder(run, place, Role.SYSTEM)
                    .add(new Part.Text(record.path("system").textValue()))
                    .rest(Fields.object().put("message_in", "system"))
                    .build());
        } else if (record.has("system")) {
            metadata.set("system", record.get("system"));
        }
        int index = 0;
        for (JsonNode turn : record.path(list)) {
            turn(run, place, turn, list + "[" + index++ + "]", events);
        }
        Outcomes.scores(run, place, record, null, events);
        events.accept(new RunEnded(
                run,
                place,
                null,
                Outcomes.status(record),
                Outcomes.error(record),
                Fields.time(record, "updated_at"),
                null,
                Fields.object()));
    }

    private static void turn(String run, Place place, JsonNode turn, String path, Events events) {
        if (!isTurn(turn)) {
            // Files mix turns of ShareGPT with those of OpenAI.
            new ChatMessages(run, events).read(place, turn, path);
            return;
        }
        JsonNode value = turn.path("value");
        String from = turn.path("from").asText();
        Role role = role(from.toLowerCase(Locale.ROOT));
        ObjectNode rest = Rest.words(turn, Set.of("value"), ChatMessages.NOTES);
        MessageRead.Builder message = MessageRead.builder(run, place, role)
                .externalId(Fields.text(turn, "id"))
                .createdAt(Fields.time(turn, "timestamp", "created_at"))
                .rest(rest);
        if (role == Role.OTHER) {
            events.accept(new Warned(
                    run,
                    place,
                    path + ".from",
                    "is " + turn.path("from") + ", which the form does not have; kept with the role other"));
        }
        if (role == Role.TOOL) {
            message.add(Flag.of(turn, value).answer("", turn.path("name").asText(), value));
        } else if (from.equalsIgnoreCase("function_call") || from.equalsIgnoreCase("tool_call")) {
            calls(run, place, value, path, message, events);
        } else if (value.isTextual()) {
            message.add(new Part.Text(value.textValue()));
        } else if (value.isArray()) {
            ContentParts.of(value).forEach(message::add);
            ContentParts.withShape(rest, value);
        } else {
            message.add(new Part.Other(value));
        }
        events.accept(message.build());
    }

    private static void calls(
            String run, Place place, JsonNode value, String path, MessageRead.Builder message, Events events) {
        JsonNode parsed = Fields.structure(value);
        for (JsonNode call :
                parsed.isArray() ? parsed : Fields.MAPPER.createArrayNode().add(parsed)) {
            String name = Fields.text(call, "name");
            if (name == null) {
                events.accept(new Warned(
                        run, place, path + ".value", "is a call without a name; kept as a call of an unnamed tool"));
            }
            JsonNode input = call.isObject()
                    ? Fields.json(call.has("arguments") ? call.get("arguments") : call.path("parameters"))
                    : call;
            message.add(new Part.Call(Fields.text(call, "id"), name, input, null, null, value));
        }
    }

    private static Role role(String from) {
        return switch (from) {
            case "system" -> Role.SYSTEM;
            case "human", "user" -> Role.USER;
            case "gpt", "assistant", "chatgpt", "bing", "bard", "model", "function_call", "tool_call", "chosen" ->
                Role.ASSISTANT;
            case "observation", "tool", "function_response", "tool_response", "function" -> Role.TOOL;
            default -> Role.OTHER;
        };
    }
}
