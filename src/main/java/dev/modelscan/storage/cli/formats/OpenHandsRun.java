package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The events of one run of OpenHands. */
final class OpenHandsRun {

    /** Events of the program itself, which are no messages. */
    private static final Set<String> INTERNAL = Set.of(
            "null",
            "agent_state_changed",
            "change_agent_state",
            "recall",
            "start",
            "stop",
            "pause",
            "resume",
            "condensation",
            "condensation_request",
            "loop_detection",
            "loop_recovery");

    private static final Set<String> KNOWN =
            Set.of("id", "timestamp", "source", "args", "content", "tool_call_metadata", "action", "observation");

    private final String run;
    private final Events events;
    private final Map<String, Called> calls = new HashMap<>();
    private final Set<String> responses = new HashSet<>();
    private ArrayNode between = JsonNodeFactory.instance.arrayNode();
    private int flatEvents;
    private int lastAction = -1;
    private JsonNode metrics = Fields.object();
    private JsonNode stats = Fields.object();
    /** By the id of the model's response: its first message. */
    private final Map<String, String> saidIn = new HashMap<>();

    private @Nullable Instant latest;

    OpenHandsRun(String run, Events events) {
        this.run = run;
        this.events = events;
    }

    private record Called(@Nullable String id, @Nullable String tool) {}

    @Nullable
    Instant latest() {
        return latest;
    }

    ObjectNode rest() {
        ObjectNode rest = Fields.object();
        if (!between.isEmpty()) {
            Rest.note(rest, Rest.AFTER, between);
        }
        return rest;
    }

    /** An event, or a list of an action and its observation. */
    void events(Place place, JsonNode given) {
        if (given.isArray()) {
            given.forEach(each -> events(place, each));
            return;
        }
        JsonNode event = isFlat(given) ? nested(given) : given;
        Instant time = Fields.time(event, "timestamp");
        latest = time == null ? latest : time;
        metrics = event.path("llm_metrics").isObject() ? event.path("llm_metrics") : metrics;
        String action = Fields.text(event, "action");
        String observation = Fields.text(event, "observation");
        if (event.path("kind").isTextual()) {
            kind(place, event, time);
        } else if (action != null && !event.path("action").isObject() && !INTERNAL.contains(action)) {
            action(place, event, action, time);
        } else if (observation != null && !INTERNAL.contains(observation)) {
            observation(place, event, observation, time);
        } else {
            between.add(event);
        }
    }

    /** Whether it is an event of 2024, without an id or a source, and with all members side by side. */
    static boolean isFlat(JsonNode event) {
        boolean action = event.path("action").isTextual() && !event.has("args");
        boolean observation = event.path("observation").isTextual() && !event.has("extras");
        return (action || observation) && !event.has("source") && !event.has("tool_call_metadata");
    }

    /** The event as later versions have it. An observation belongs to the action before it. */
    private ObjectNode nested(JsonNode flat) {
        ObjectNode event = Fields.object().put("id", flatEvents);
        if (flat.path("action").isTextual()) {
            boolean first = flatEvents == 0 && flat.path("action").textValue().equals("message");
            lastAction = flatEvents;
            event.put("source", first ? "user" : "agent").set("action", flat.path("action"));
            event.set("args", Fields.rest(flat, "action"));
        } else {
            event.put("source", "agent").put("cause", lastAction).set("observation", flat.path("observation"));
            event.set("extras", Fields.rest(flat, "observation", "content"));
            if (flat.has("content")) {
                event.set("content", flat.path("content"));
            }
        }
        flatEvents++;
        return event;
    }

    private void action(Place place, JsonNode event, String action, @Nullable Instant time) {
        JsonNode args = event.path("args");
        boolean user = event.path("source").asText().equals("user");
        Role role = action.equals("system") ? Role.SYSTEM : user ? Role.USER : Role.ASSISTANT;
        ObjectNode rest = Fields.rest(event, KNOWN);
        Rest.time(rest, event, "timestamp", time);
        rest.put("action", action);
        MessageRead.Builder message = start(place, event, role, time);
        if (action.equals("message") || action.equals("system")) {
            message.add(new Part.Text(
                    args.path("content").asText(event.path("message").asText())));
            for (JsonNode image : args.path("image_urls")) {
                message.add(new Part.Media("image", null, image));
            }
            rest.set("args", Fields.rest(args, "content", "image_urls"));
        } else {
            use(message, event, action, time, rest);
        }
        send(message, rest);
        called(place, event, time);
    }

    /** An action of the agent is a call of a tool, by the name under which the model called it. */
    private void use(
            MessageRead.Builder message, JsonNode event, String action, @Nullable Instant time, ObjectNode rest) {
        JsonNode args = event.path("args");
        JsonNode metadata = event.path("tool_call_metadata");
        String thought = Fields.text(args, "thought");
        String said = action.equals("finish") || action.equals("think") ? Fields.text(event, "message") : null;
        String text = thought == null || thought.isEmpty() ? said : thought;
        if (text != null && !text.isEmpty()) {
            message.add(new Part.Text(text));
        }
        String id = Fields.text(event, "id");
        String called = Fields.text(metadata, "tool_call_id");
        String tool = Fields.text(metadata, "function_name");
        tool = tool == null ? action : tool;
        called = called == null ? id : called;
        JsonNode input = arguments(metadata, called);
        message.add(new Part.Call(called, tool, input == null ? args : input, time, null, args));
        if (id != null) {
            calls.put(id, new Called(called, tool));
        }
        ObjectNode beyond = Fields.rest(metadata);
        if (!beyond.isEmpty()) {
            rest.set("tool_call_metadata", beyond);
        }
    }

    private static @Nullable JsonNode arguments(JsonNode metadata, @Nullable String id) {
        for (JsonNode call : metadata.path("model_response")
                .path("choices")
                .path(0)
                .path("message")
                .path("tool_calls")) {
            if (call.path("id").asText().equals(id)) {
                return Fields.json(call.path("function").path("arguments"));
            }
        }
        return null;
    }

    private void observation(Place place, JsonNode event, String observation, @Nullable Instant time) {
        ObjectNode rest = Fields.rest(event, KNOWN);
        Rest.time(rest, event, "timestamp", time);
        rest.put("observation", observation);
        Called cause = calls.get(event.path("cause").asText());
        String id = Fields.text(event.path("tool_call_metadata"), "tool_call_id");
        String tool = Fields.text(event.path("tool_call_metadata"), "function_name");
        if (id == null && cause != null) {
            id = cause.id();
            tool = cause.tool();
        }
        JsonNode content = event.path("content");
        if (id == null) {
            boolean user = event.path("source").asText().equals("user");
            MessageRead.Builder message = start(place, event, user ? Role.USER : Role.OTHER, time);
            message.add(content.isTextual() ? new Part.Text(content.textValue()) : new Part.Other(event));
            send(message, rest);
            return;
        }
        Flag flag = flag(event, observation);
        JsonNode output = content.isMissingNode() ? null : content;
        MessageRead.Builder message = start(place, event, Role.TOOL, time);
        String decidedBy = flag.name().isEmpty() ? null : flag.name();
        message.add(new Part.Answer(id, tool, output, flag.outcome(), decidedBy));
        send(message, rest);
    }

    private static Flag flag(JsonNode event, String observation) {
        JsonNode extras = event.path("extras");
        BigDecimal exit = Fields.number(extras, "exit_code");
        exit = exit == null ? Fields.number(extras.path("metadata"), "exit_code") : exit;
        if (exit != null) {
            return new Flag(exit.signum() == 0 ? Outcome.SUCCESS : Outcome.FAILED, "exit_code");
        }
        if (Set.of("error", "user_rejected").contains(observation)) {
            return new Flag(Outcome.FAILED, "observation");
        }
        if (event.path("success").isBoolean()) {
            return new Flag(event.path("success").booleanValue() ? Outcome.SUCCESS : Outcome.FAILED, "success");
        }
        if (extras.path("error").isBoolean()) {
            return new Flag(extras.path("error").booleanValue() ? Outcome.FAILED : Outcome.SUCCESS, "error");
        }
        return Flag.NONE;
    }

    /** Events of the version of 2025, which hold the model's message. */
    private void kind(Place place, JsonNode event, @Nullable Instant time) {
        noteState(event);
        ObjectNode rest = Fields.rest(event, "id", "timestamp");
        Rest.time(rest, event, "timestamp", time);
        switch (event.path("kind").asText()) {
            case "MessageEvent", "SystemPromptEvent" -> {
                JsonNode model = event.path("llm_message").isObject() ? event.path("llm_message") : event;
                boolean system = event.path("kind").asText().equals("SystemPromptEvent");
                boolean user = event.path("source").asText().equals("user");
                MessageRead.Builder message =
                        start(place, event, system ? Role.SYSTEM : user ? Role.USER : Role.ASSISTANT, time);
                reasoning(message, model);
                JsonNode content = system ? event.path("system_prompt") : model.path("content");
                texts(message, content);
                send(message, rest);
            }
            case "ActionEvent" -> {
                MessageRead.Builder message = start(place, event, Role.ASSISTANT, time);
                reasoning(message, event);
                texts(message, event.path("thought"));
                JsonNode call = event.path("tool_call");
                String called = Fields.text(event, "tool_call_id");
                JsonNode arguments = call.path("function").path("arguments").isMissingNode()
                        ? call.path("arguments")
                        : call.path("function").path("arguments");
                JsonNode input = arguments.isMissingNode() ? event.path("action") : Fields.json(arguments);
                String tool = Fields.text(event, "tool_name");
                called = called == null ? Fields.text(call, "id") : called;
                message.add(new Part.Call(called, tool, input, time, null, call));
                send(message, rest);
            }
            case "ObservationEvent", "AgentErrorEvent", "UserRejectObservation" -> observed(place, event, rest, time);
            default -> between.add(event);
        }
    }

    /** Which response a message is of, and what has been used so far. */
    private void noteState(JsonNode event) {
        String response = Fields.text(event, "llm_response_id");
        String id = Fields.text(event, "id");
        if (response != null && id != null) {
            saidIn.putIfAbsent(response, id);
        }
        JsonNode state = event.path("value");
        state = event.path("key").asText().equals("full_state") ? state.path("stats") : state;
        stats = OpenHandsStats.isGiven(state) ? state : stats;
    }

    private void observed(Place place, JsonNode event, ObjectNode rest, @Nullable Instant time) {
        JsonNode seen = event.path("observation");
        JsonNode output = seen.has("content")
                ? seen.path("content")
                : seen.isMissingNode()
                        ? event.path("error").isMissingNode() ? event.path("rejection_reason") : event.path("error")
                        : seen;
        boolean failed = !event.path("kind").asText().equals("ObservationEvent");
        BigDecimal exit = Fields.number(seen, "exit_code");
        Flag flag = failed
                ? new Flag(Outcome.FAILED, "kind")
                : exit != null
                        ? new Flag(exit.signum() == 0 ? Outcome.SUCCESS : Outcome.FAILED, "exit_code")
                        : Flag.of(seen, output);
        MessageRead.Builder message = start(place, event, Role.TOOL, time);
        String answered = event.path("tool_call_id").asText();
        message.add(flag.answer(answered, event.path("tool_name").asText(), output));
        send(message, rest);
    }

    private static void reasoning(MessageRead.Builder message, JsonNode holder) {
        if (holder.path("reasoning_content").isTextual()) {
            message.add(new Part.Reasoning(holder.path("reasoning_content")));
        }
        for (JsonNode block : holder.path("thinking_blocks")) {
            message.add(new Part.Reasoning(block));
        }
    }

    private static void texts(MessageRead.Builder message, JsonNode content) {
        if (content.isArray()) {
            ContentParts.of(content).forEach(message::add);
        } else if (content.isTextual()) {
            message.add(new Part.Text(content.textValue()));
        } else if (content.isObject()) {
            message.add(ContentParts.of1(content));
        }
    }

    private MessageRead.Builder start(Place place, JsonNode event, Role role, @Nullable Instant time) {
        return MessageRead.builder(run, place, role)
                .externalId(Fields.text(event, "id"))
                .createdAt(time);
    }

    private void send(MessageRead.Builder message, ObjectNode rest) {
        if (!between.isEmpty()) {
            Rest.note(rest, Rest.BEFORE, between);
            between = JsonNodeFactory.instance.arrayNode();
        }
        events.accept(message.rest(rest).build());
    }

    /** A response of the model is told with each of its calls. */
    private void called(Place place, JsonNode event, @Nullable Instant time) {
        JsonNode response = event.path("tool_call_metadata").path("model_response");
        Usage usage = Usages.of(response.path("usage"));
        String id = Fields.text(response, "id");
        if (!usage.isEmpty() && (id == null || responses.add(id))) {
            String finish = Fields.text(response.path("choices").path(0), "finish_reason");
            events.accept(new ModelCalled(
                    run, place, null, id, Fields.text(response, "model"), null, usage, null, null, null, time, finish));
        }
    }

    /** The run's totals are told if no response was. The state of a conversation is its last. */
    void finish(Place place, JsonNode ofRun, JsonNode ofState) {
        JsonNode used = OpenHandsStats.isGiven(ofState) ? ofState : stats;
        if (OpenHandsStats.isGiven(used)) {
            new OpenHandsStats(run, place, saidIn, events).tell(used);
            return;
        }
        JsonNode totals = ofRun.isObject() && !ofRun.isEmpty() ? ofRun : metrics;
        JsonNode tokens = totals.path("accumulated_token_usage");
        BigDecimal cost = Fields.number(totals, "accumulated_cost");
        Usage usage = new Usage(null, null, null, null, null);
        if (responses.isEmpty()) {
            usage = new Usage(
                    Fields.count(tokens, "prompt_tokens"),
                    Fields.count(tokens, "completion_tokens"),
                    Fields.count(tokens, "cache_read_tokens"),
                    Fields.count(tokens, "cache_write_tokens"),
                    null);
        }
        boolean costs = cost != null && cost.signum() > 0;
        if (!usage.isEmpty() || costs) {
            String model = Fields.text(tokens, "model");
            events.accept(new ModelCalled(
                    run,
                    place,
                    null,
                    null,
                    model,
                    null,
                    usage,
                    costs ? cost : null,
                    costs ? "USD" : null,
                    null,
                    null,
                    null));
        }
    }
}
