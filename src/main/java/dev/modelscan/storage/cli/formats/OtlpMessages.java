package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a run's spans. Each call of a model repeats the messages before it, so a message is told
 * where it is first seen. The span of a tool says how its call ended.
 */
final class OtlpMessages {

    private static final String SERVER_RESPONSE = "server_tool_call_response";

    private final String run;
    private final List<OtlpSpan> spans;
    private final Events events;
    private final OtlpTools tools = new OtlpTools();
    private final Set<String> answered = new HashSet<>();
    private final List<JsonNode> told = new ArrayList<>();

    OtlpMessages(String run, List<OtlpSpan> spans, Events events) {
        this.run = run;
        this.spans = spans;
        this.events = events;
    }

    private record Message(JsonNode json, boolean output) {}

    void tell() {
        Map<OtlpSpan, List<Message>> messages = new HashMap<>();
        for (OtlpSpan span : spans) {
            if (span.isTool()) {
                tools.add(span);
                continue;
            }
            List<Message> ofSpan = messages(span);
            messages.put(span, ofSpan);
            ofSpan.forEach(message -> noteAnswers(message.json()));
        }
        Set<String> called = new HashSet<>();
        spans.stream()
                .filter(OtlpSpan::isCall)
                .forEach(span -> tell(span, messages.getOrDefault(span, List.of()), called));
        // An agent's span sums up: what no call of a model told is still missing.
        spans.stream()
                .filter(span -> !span.isCall() && !span.isTool())
                .forEach(span -> tell(span, messages.getOrDefault(span, List.of()), called));
        for (OtlpSpan span : spans) {
            String call = Fields.text(span.attributes(), OtlpTools.CALL_ID);
            if (span.isTool() && !tools.isTaken(span) && (call == null || !called.contains(call))) {
                alone(span, call);
            }
        }
    }

    private void noteAnswers(JsonNode message) {
        for (JsonNode part : message.path("parts")) {
            if (isAnswer(part)) {
                answered.add(String.valueOf(Fields.text(part, "id")));
            }
        }
    }

    /** The span's messages in one form: the prompt, the input, and the output. */
    private static List<Message> messages(OtlpSpan span) {
        List<Message> messages = new ArrayList<>();
        JsonNode system = Fields.structure(span.attributes().path("gen_ai.system_instructions"));
        if ((system.isArray() && !system.isEmpty()) || system.isTextual()) {
            ObjectNode prompt = Fields.object().put("role", "system");
            prompt.set("parts", system.isArray() ? system : text(system));
            messages.add(new Message(prompt, false));
        }
        OtlpEvents.all(span.attributes(), (json, output) -> messages.add(new Message(json, output)));
        if (messages.isEmpty()) {
            for (ObjectNode event : span.events()) {
                OtlpEvents.read(event, (json, output) -> messages.add(new Message(json, output)));
            }
        }
        if (messages.isEmpty()) {
            OtlpEvents.indexed(span.attributes(), (json, output) -> messages.add(new Message(json, output)));
        }
        if (messages.isEmpty()) {
            OtlpEvents.whole(span.attributes(), (json, output) -> messages.add(new Message(json, output)));
        }
        return messages;
    }

    static ArrayNode text(JsonNode content) {
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        parts.addObject().put("type", "text").set("content", content);
        return parts;
    }

    private void tell(OtlpSpan span, List<Message> messages, Set<String> called) {
        int at = 0;
        String finish = null;
        boolean spanTold = false;
        for (Message message : messages) {
            JsonNode identity = identity(message.json());
            boolean isNew = span.position() >= 0 || (span.isCall() && message.output());
            int seen = isNew ? -1 : span.isCall() ? indexFrom(identity, at) : told.indexOf(identity);
            if (seen >= 0) {
                at = seen + 1;
                continue;
            }
            at = told.size() + 1;
            told.add(identity);
            String finished = Fields.text(message.json(), "finish_reason");
            finish = finished == null ? finish : finished;
            ObjectNode rest = Fields.rest(message.json(), "role", "parts", "name");
            if (!spanTold && span.isCall() && message.output()) {
                Rest.note(rest, "span", withoutMessages(span));
                spanTold = true;
            }
            message(span, message, rest, called);
        }
        called(span, finish);
    }

    private int indexFrom(JsonNode identity, int from) {
        for (int i = from; i < told.size(); i++) {
            if (told.get(i).equals(identity)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * What makes two messages the same: the output of one call is the input of the next, without its finish
     * reason, and often without its reasoning.
     */
    private static JsonNode identity(JsonNode message) {
        ObjectNode identity = Fields.object();
        identity.set("role", message.path("role"));
        ArrayNode parts = identity.putArray("parts");
        boolean isAllReasoning =
                StreamSupport.stream(message.path("parts").spliterator(), false).allMatch(OtlpMessages::isReasoning);
        for (JsonNode part : message.path("parts")) {
            if (isReasoning(part) && !isAllReasoning) {
                continue;
            }
            ObjectNode plain = Fields.rest(part, "arguments", "response", "result");
            for (String member : List.of("arguments", "response", "result")) {
                if (part.has(member)) {
                    plain.set(member, Fields.structure(part.path(member)));
                }
            }
            parts.add(plain);
        }
        return identity;
    }

    private static boolean isReasoning(JsonNode part) {
        return Set.of("reasoning", "thinking").contains(part.path("type").asText());
    }

    private void message(OtlpSpan span, Message message, ObjectNode rest, Set<String> called) {
        JsonNode json = message.json();
        boolean isOurs = span.position() >= 0;
        Role role = role(json, rest, isOurs);
        Instant time = message.output() ? span.endedAt() : span.startedAt();
        MessageRead.Builder read = MessageRead.builder(run, span.place(), role)
                .createdAt(isOurs ? Fields.time(json, OtlpOwn.TIME) : time)
                .externalId(isOurs ? Fields.text(json, OtlpOwn.ID) : null)
                .author(author(span, json, role));
        int position = 0;
        List<Part> answers = new ArrayList<>();
        for (JsonNode part : json.path("parts")) {
            read.add(part(part, position++, rest, called, answers));
        }
        answers.forEach(read::add);
        events.accept(read.rest(isOurs ? OtlpSpan.object(json.path(OtlpOwn.METADATA)) : rest)
                .build());
    }

    private @Nullable String author(OtlpSpan span, JsonNode json, Role role) {
        String name = Fields.text(json, "name");
        return name == null && role == Role.ASSISTANT ? Fields.text(span.attributes(), "gen_ai.agent.name") : name;
    }

    private static Role role(JsonNode message, ObjectNode rest, boolean isOurs) {
        String role = message.path("role").asText();
        for (JsonNode part : message.path("parts")) {
            if (part.path("type").asText().equals("tool_call_response") && !isOurs) {
                if (!role.equals("tool")) {
                    rest.put("role", role);
                }
                return Role.TOOL;
            }
        }
        return switch (role) {
            case "system" -> Role.SYSTEM;
            case "developer" -> Role.DEVELOPER;
            case "user" -> Role.USER;
            case "assistant", "model" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            default -> {
                rest.put("role", role);
                yield Role.OTHER;
            }
        };
    }

    /** An answer, also of a tool that the service ran itself. */
    private static boolean isAnswer(JsonNode part) {
        return part.path("type").asText().endsWith("tool_call_response");
    }

    private Part part(JsonNode part, int position, ObjectNode rest, Set<String> called, List<Part> answers) {
        switch (part.path("type").asText()) {
            case "text" -> {
                Rest.part(rest, position, Fields.rest(part, "type", "content", "text"));
                return new Part.Text(
                        part.path("content").asText(part.path("text").asText()));
            }
            case "reasoning", "thinking" -> {
                return new Part.Reasoning(part);
            }
            case "tool_call", "server_tool_call" -> {
                return call(part, rest, called, answers);
            }
            case "tool_call_response", SERVER_RESPONSE -> {
                return answer(part, position, rest);
            }
            case "blob", "uri", "file" -> {
                String type = Fields.text(part, "mime_type");
                String modality = part.path("modality").asText();
                String kind = Set.of("image", "audio").contains(modality) ? modality : GeminiParts.kind(type);
                return new Part.Media(kind, type, part);
            }
            default -> {
                boolean isWrapped = part.path("type").asText().equals("other") && part.has("value");
                return new Part.Other(isWrapped ? part.path("value") : part);
            }
        }
    }

    private Part call(JsonNode part, ObjectNode rest, Set<String> called, List<Part> answers) {
        String id = Fields.text(part, "id");
        OtlpSpan tool = tools.of(id, Fields.text(part, "name"));
        if (id != null) {
            called.add(id);
        }
        if (tool != null && !answered.contains(String.valueOf(id))) {
            answers.add(OtlpTools.answer(id, tool, null));
            Rest.note(rest, "tool_" + (id == null ? tool.id() : id), withoutMessages(tool));
        }
        Instant start = tool == null ? null : tool.startedAt();
        Instant end = tool == null ? null : tool.endedAt();
        JsonNode input = Fields.json(part.has("arguments") ? part.path("arguments") : part.path("server_tool_call"));
        return new Part.Call(id, Fields.text(part, "name"), input, start, end, part);
    }

    private Part answer(JsonNode part, int position, ObjectNode rest) {
        String id = Fields.text(part, "id");
        String in = part.has("response") ? "response" : part.has("result") ? "result" : SERVER_RESPONSE;
        JsonNode output = part.path(in);
        OtlpSpan tool = tools.answered(id, Fields.text(part, "name"));
        Rest.part(rest, position, Fields.rest(part, "type", "id", "response", "result", SERVER_RESPONSE));
        if (tool != null) {
            Rest.note(rest, "tool_" + (id == null ? tool.id() : id), withoutMessages(tool));
            return OtlpTools.answer(id, tool, output.isMissingNode() ? null : output);
        }
        return Flag.of(part, output)
                .answer(id == null ? "" : id, part.path("name").asText(), output);
    }

    private void alone(OtlpSpan span, @Nullable String call) {
        ObjectNode attributes = span.attributes();
        String name = span.toolName();
        JsonNode input = Fields.json(attributes.path("gen_ai.tool.call.arguments"));
        Part.Call used = new Part.Call(call, name, input, span.startedAt(), span.endedAt(), Fields.object());
        String agent = Fields.text(attributes, "gen_ai.agent.name");
        events.accept(new ToolUsed(
                run, span.place(), span.id(), agent, used, OtlpTools.answer(call, span, null), whole(span)));
    }

    private void called(OtlpSpan span, @Nullable String finish) {
        ObjectNode attributes = span.attributes();
        if (!span.isCall()) {
            return;
        }
        Usage usage = new Usage(
                Fields.count(attributes, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
                Fields.count(attributes, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
                Fields.count(
                        attributes,
                        "gen_ai.usage.cache_read.input_tokens",
                        "gen_ai.usage.cache_read_input_tokens",
                        "gen_ai.usage.cached_tokens"),
                Fields.count(
                        attributes,
                        "gen_ai.usage.cache_creation.input_tokens",
                        "gen_ai.usage.cache_creation_input_tokens"),
                Fields.count(attributes, "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"));
        String model = Fields.text(attributes, "gen_ai.response.model", "gen_ai.request.model");
        if (usage.isEmpty() && model == null) {
            return;
        }
        JsonNode reasons = Fields.structure(attributes.path("gen_ai.response.finish_reasons"));
        String reason = reasons.path(0).isTextual() ? reasons.path(0).textValue() : null;
        events.accept(new ModelCalled(
                run,
                span.place(),
                null,
                span.position() >= 0 ? Fields.text(attributes, "gen_ai.response.id") : span.key(),
                model,
                Fields.text(attributes, "gen_ai.provider.name", "gen_ai.system"),
                usage,
                Fields.number(attributes, OtlpOwn.COST),
                Fields.text(attributes, OtlpOwn.CURRENCY),
                span.startedAt(),
                span.endedAt(),
                finish == null ? reason : finish));
    }

    private static ObjectNode withoutMessages(OtlpSpan span) {
        ObjectNode whole = span.beyond().deepCopy();
        whole.set(
                "attributes",
                Fields.rest(
                        span.attributes(),
                        "gen_ai.input.messages",
                        "gen_ai.output.messages",
                        "gen_ai.system_instructions"));
        return whole;
    }

    /** All that a span has. */
    static ObjectNode whole(OtlpSpan span) {
        ObjectNode whole = span.beyond().deepCopy();
        whole.set("attributes", span.attributes());
        if (!span.events().isEmpty()) {
            whole.putArray("events").addAll(span.events());
        }
        return whole;
    }
}
