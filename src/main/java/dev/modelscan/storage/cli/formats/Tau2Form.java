package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.Described;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results of tau2: one object with {@code simulations}, of chats or of voice. Its user calls tools too. */
final class Tau2Form implements Form {

    @Override
    public String name() {
        return "tau2";
    }

    @Override
    public boolean recognizes(First first) {
        return first.objects().anyMatch(record -> record.path("simulations").isArray() || isSimulation(record));
    }

    private static boolean isSimulation(JsonNode record) {
        return record.has("task_id")
                && record.has("termination_reason")
                && (record.path("messages").isArray() || record.path("ticks").isArray());
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        Records.Item item;
        while ((item = records.next()) != null) {
            Place place = item.place();
            JsonNode results = item.value();
            if (results.path("simulations").isArray()) {
                events.accept(new Described(place, Fields.rest(results, "simulations", "tasks")));
                Map<String, JsonNode> tasks = new HashMap<>();
                results.path("tasks").forEach(task -> tasks.put(task.path("id").asText(), task));
                int index = 0;
                for (JsonNode simulation : results.path("simulations")) {
                    JsonNode task = tasks.get(simulation.path("task_id").asText());
                    run(place, index++, simulation, task, results.path("info"), events);
                }
            } else if (isSimulation(results)) {
                run(place, (int) place.record(), results, null, results.path("info"), events);
            } else {
                events.accept(new Event.Refused(place, "has no \"simulations\" that is a list"));
            }
        }
    }

    private static void run(
            Place place, int index, JsonNode simulation, @Nullable JsonNode task, JsonNode info, Events events) {
        String run = "simulation " + place.record() + "/" + index;
        ObjectNode metadata = Fields.rest(simulation, "messages", "ticks");
        if (task != null) {
            Rest.note(metadata, "task", task);
        }
        events.accept(new RunStarted(
                run,
                place,
                Fields.text(simulation, "id"),
                null,
                null,
                null,
                Fields.time(simulation, "start_time", "timestamp"),
                metadata));
        messages(place, index, simulation, info, new ChatMessages(run, events));
        JsonNode verdict = simulation.path("reward_info");
        Outcomes.scores(run, place, verdict, "reward_info", events);
        events.accept(new RunEnded(
                run,
                place,
                null,
                Outcomes.status(verdict),
                Outcomes.error(verdict),
                Fields.time(simulation, "end_time"),
                null,
                Fields.object()));
    }

    /** The messages, or what was said in an audio call. */
    private static void messages(Place place, int index, JsonNode simulation, JsonNode info, ChatMessages messages) {
        String model = Fields.text(info.path("agent_info"), "llm");
        String userModel = Fields.text(info.path("user_info"), "llm");
        int number = 0;
        for (JsonNode message : simulation.path("messages")) {
            String path = "simulations[" + index + "].messages[" + number++ + "]";
            messages.model(message.path("role").asText().equals("user") ? userModel : model);
            if (message.path("tool_messages").isArray()) {
                messages.readAll(place, message.path("tool_messages"), path + ".tool_messages");
            } else {
                messages.read(place, message, path);
            }
        }
        if (number == 0) {
            new Tau2Ticks(place, "simulations[" + index + "].ticks", messages)
                    .models(model, userModel)
                    .read(simulation.path("ticks"));
        }
    }
}
