package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code RunState} of the OpenAI Agents SDK: a run that was interrupted, as JSON. Python writes its members with
 * underscores, JavaScript in camel case.
 */
final class AgentsStateForm implements Form {

    private static final String VERSION = "$schemaVersion";

    @Override
    public String name() {
        return "openai-agents-state";
    }

    @Override
    public boolean recognizes(First first) {
        return first.objects().limit(3).anyMatch(AgentsStateForm::isState);
    }

    private static boolean isState(JsonNode value) {
        return value.has(VERSION)
                && !either(value, "original_input", "originalInput").isMissingNode();
    }

    private static JsonNode either(JsonNode value, String name, String camel) {
        return value.has(name) ? value.path(name) : value.path(camel);
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            if (isState(item.value())) {
                state("state " + item.place().record(), null, item.place(), item.value(), events);
            } else {
                events.accept(new Event.Refused(item.place(), "has no " + VERSION + " with an input"));
            }
        }
    }

    private static void state(String key, @Nullable String parent, Place place, JsonNode state, Events events) {
        JsonNode generated = either(state, "generated_items", "generatedItems");
        JsonNode whole = either(state, "session_items", "sessionItems");
        boolean tellsWhole = whole.size() >= generated.size();
        JsonNode items = tellsWhole ? whole : generated;
        ObjectNode metadata = metadata(state, generated, whole, tellsWhole);
        JsonNode responses = either(state, "model_responses", "modelResponses");
        withoutOutput(metadata, responses);
        String agent = Fields.text(either(state, "current_agent", "currentAgent"), "name");
        String id = parent == null ? Fields.text(state.path("trace"), "id", "trace_id") : null;
        events.accept(new RunStarted(key, place, id, parent, null, agent, null, metadata));
        LineRun run = new LineRun(key, events);
        input(run, place, either(state, "original_input", "originalInput"));
        Set<String> told = new HashSet<>();
        for (JsonNode item : items) {
            item(run, place, item, told);
        }
        for (JsonNode response : responses) {
            called(key, place, response, told, events);
        }
        run.end(place);
        for (Map.Entry<String, JsonNode> pending :
                state.path("pendingAgentToolRuns").properties()) {
            JsonNode child = Fields.structure(pending.getValue());
            if (isState(child)) {
                state(key + "/" + pending.getKey(), key, place, child, events);
            }
        }
    }

    /** What the state says beyond its messages, and those of its lists that are not told. */
    private static ObjectNode metadata(JsonNode state, JsonNode generated, JsonNode whole, boolean tellsWhole) {
        ObjectNode metadata = Fields.rest(
                state,
                "original_input",
                "originalInput",
                "last_model_response",
                "lastModelResponse",
                "pendingAgentToolRuns");
        if (tellsWhole || whole.isEmpty()) {
            metadata.remove("session_items");
            metadata.remove("sessionItems");
        }
        if (!tellsWhole || generated.equals(whole)) {
            metadata.remove("generated_items");
            metadata.remove("generatedItems");
        }
        for (Map.Entry<String, JsonNode> pending :
                state.path("pendingAgentToolRuns").properties()) {
            if (!isState(Fields.structure(pending.getValue()))) {
                metadata.withObjectProperty("pendingAgentToolRuns").set(pending.getKey(), pending.getValue());
            }
        }
        return metadata;
    }

    private static void withoutOutput(ObjectNode metadata, JsonNode responses) {
        String member = metadata.has("model_responses") ? "model_responses" : "modelResponses";
        if (responses.isArray()) {
            ArrayNode shorter = metadata.putArray(member);
            responses.forEach(response -> shorter.add(Fields.rest(response, "output")));
        }
    }

    private static void input(LineRun run, Place place, JsonNode input) {
        if (input.isArray()) {
            input.forEach(item -> message(run, place, item, Fields.object(), new HashSet<>()));
        } else {
            MessageRead.Builder message = MessageRead.builder(run.key(), place, Role.USER);
            message.add(input.isTextual() ? new Part.Text(input.textValue()) : new Part.Other(input));
            run.message(message, null, Fields.object());
        }
    }

    private static void item(LineRun run, Place place, JsonNode item, Set<String> told) {
        JsonNode raw = either(item, "raw_item", "rawItem");
        // An approval repeats the call that it is for.
        if (item.path("type").asText().equals("tool_approval_item") || !raw.isObject()) {
            run.between(item);
        } else {
            message(run, place, raw, Fields.rest(item, "raw_item", "rawItem"), told);
        }
    }

    private static void message(LineRun run, Place place, JsonNode raw, ObjectNode beyond, Set<String> told) {
        String type = raw.path("type").asText();
        ObjectNode item = Fields.rest(raw);
        if (item.has("callId") && !item.has("call_id")) {
            item.set("call_id", item.remove("callId"));
        }
        if (type.endsWith("_call_result")) {
            item.put("type", type.replace("_call_result", "_call_output"));
        }
        MessageRead read = ResponsesItems.read(run.key(), place, item, null);
        if (!ResponsesItems.isKnown(item)) {
            run.warn(place, "type", "is of no known type; the item is kept as it is");
        }
        if (read.rest().has("type")) {
            read.rest().put("type", type);
        }
        String agent = read.role() == Role.ASSISTANT ? Fields.text(beyond.path("agent"), "name") : null;
        if (!beyond.isEmpty()) {
            Rest.note(read.rest(), "item", beyond);
        }
        MessageRead.Builder message = MessageRead.builder(run.key(), place, read.role());
        read.parts().forEach(message::add);
        if (read.externalId() != null) {
            told.add(read.externalId());
        }
        run.message(message.externalId(read.externalId()).author(agent), null, read.rest());
    }

    private static void called(String run, Place place, JsonNode response, Set<String> told, Events events) {
        JsonNode counts = response.path("usage");
        Usage usage = new Usage(
                Fields.count(counts, "input_tokens", "inputTokens"),
                Fields.count(counts, "output_tokens", "outputTokens"),
                detail(either(counts, "input_tokens_details", "inputTokensDetails"), "cached_tokens"),
                detail(either(counts, "input_tokens_details", "inputTokensDetails"), "cache_write_tokens"),
                detail(either(counts, "output_tokens_details", "outputTokensDetails"), "reasoning_tokens"));
        Long input = usage.input();
        Long output = usage.output();
        if ((input == null || input == 0) && (output == null || output == 0)) {
            return;
        }
        String message = null;
        for (JsonNode item : response.path("output")) {
            String id = Fields.text(item, "id");
            message = id != null && told.contains(id) ? id : message;
        }
        String id = Fields.text(response, "response_id", "responseId");
        events.accept(new ModelCalled(run, place, message, id, null, "openai", usage, null, null, null, null, null));
    }

    /** The details are an object, or a list of one for each request. */
    private static @Nullable Long detail(JsonNode details, String name) {
        if (!details.isArray()) {
            return Fields.count(details, name);
        }
        Long sum = null;
        for (JsonNode each : details) {
            Long count = Fields.count(each, name);
            sum = count == null ? sum : Long.valueOf(count + (sum == null ? 0 : sum));
        }
        return sum;
    }
}
