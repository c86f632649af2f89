package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Evaluation sets of the Agent Development Kit: {@code eval_cases}, each a conversation of invocations with what the user
 * said, the tools that were used on the way, and the final response. In either spelling, as the kit writes both.
 */
final class AdkEvalForm implements Form {

    @Override
    public String name() {
        return "adk-eval";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects().limit(3).anyMatch(value -> isSet(value) || isCase(value));
    }

    private static boolean isSet(JsonNode value) {
        return cases(value).isArray() && (value.has("eval_set_id") || value.has("evalSetId"));
    }

    private static boolean isCase(JsonNode value) {
        JsonNode first = value.path("conversation").path(0);
        return !GeminiParts.either(first, "user_content", "userContent").isMissingNode();
    }

    private static JsonNode cases(JsonNode value) {
        return GeminiParts.either(value, "eval_cases", "evalCases");
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            JsonNode value = item.value();
            String run = "case " + item.place().record();
            if (isCase(value)) {
                new Case(run, item.place(), null, events).read(value);
            } else if (cases(value).isArray()) {
                events.accept(new Event.Described(item.place(), Fields.rest(value, "eval_cases", "evalCases")));
                String set = Fields.text(value, "eval_set_id", "evalSetId");
                int number = 0;
                for (JsonNode each : cases(value)) {
                    new Case(run + "/" + ++number, item.place(), set, events).read(each);
                }
            } else {
                events.accept(new Event.Refused(item.place(), "has neither \"eval_cases\" nor a \"conversation\""));
            }
        }
    }

    private static final class Case {
        private final String run;
        private final Place place;
        private final @Nullable String set;
        private final Events events;
        private @Nullable Instant latest;
        private @Nullable String agent;

        Case(String run, Place place, @Nullable String set, Events events) {
            this.run = run;
            this.place = place;
            this.set = set;
            this.events = events;
        }

        void read(JsonNode value) {
            if (!value.isObject()) {
                events.accept(new Event.Refused(place, "holds a case that is not a JSON object"));
                return;
            }
            String id = Fields.text(value, "eval_id", "evalId");
            String named = set == null || id == null ? id : set + "/" + id;
            agent = Fields.text(GeminiParts.either(value, "session_input", "sessionInput"), "app_name", "appName");
            JsonNode conversation = value.path("conversation");
            ObjectNode metadata = conversation.isArray() ? Fields.rest(value, "conversation") : Fields.rest(value);
            Instant created = time(value);
            events.accept(new RunStarted(run, place, named, null, id, agent, created, metadata));
            for (JsonNode invocation : conversation.isArray() ? conversation : Fields.object()) {
                invocation(invocation);
            }
            events.accept(new RunEnded(run, place, null, null, null, latest, null, Fields.object()));
        }

        /** The kit writes 0 for a time that is not known. */
        private static @Nullable Instant time(JsonNode value) {
            return Fields.time(value, "creation_timestamp", "creationTimestamp");
        }

        private void invocation(JsonNode invocation) {
            if (!invocation.isObject()) {
                events.accept(MessageRead.builder(run, place, Role.OTHER)
                        .add(new Part.Other(invocation))
                        .build());
                return;
            }
            Instant time = time(invocation);
            latest = time == null ? latest : time;
            String id = Fields.text(invocation, "invocation_id", "invocationId");
            id = id == null || id.isBlank() ? null : id;
            JsonNode data = GeminiParts.either(invocation, "intermediate_data", "intermediateData");
            ObjectNode rest = rest(invocation, data);
            content(GeminiParts.either(invocation, "user_content", "userContent"), "user", null, id, time, rest);
            steps(data, id, time);
            JsonNode answer = GeminiParts.either(invocation, "final_response", "finalResponse");
            if (!answer.isMissingNode()) {
                content(answer, "model", agent, id == null ? null : id + "/final", time, Fields.object());
            }
        }

        /** What has no place of its own. */
        private static ObjectNode rest(JsonNode invocation, JsonNode data) {
            ObjectNode rest = Fields.rest(
                    invocation,
                    "invocation_id",
                    "invocationId",
                    "user_content",
                    "userContent",
                    "final_response",
                    "finalResponse",
                    "intermediate_data",
                    "intermediateData");
            ObjectNode beyond = Fields.rest(
                    data,
                    "tool_uses",
                    "toolUses",
                    "tool_responses",
                    "toolResponses",
                    "intermediate_responses",
                    "intermediateResponses",
                    "invocation_events",
                    "invocationEvents");
            if (!beyond.isEmpty()) {
                Rest.note(rest, "intermediate_data", beyond);
            }
            return rest;
        }

        /** The events of the invocation, or the tools that were used and what agents said before the final response. */
        private void steps(JsonNode data, @Nullable String id, @Nullable Instant time) {
            int number = 0;
            for (JsonNode event : GeminiParts.either(data, "invocation_events", "invocationEvents")) {
                String author = Fields.text(event, "author");
                ObjectNode rest = Fields.rest(event, "author", "content");
                String role = "user".equals(author) ? "user" : "model";
                content(event.path("content"), role, author, numbered(id, ++number), time, rest);
            }
            JsonNode uses = GeminiParts.either(data, "tool_uses", "toolUses");
            if (uses.isArray() && !uses.isEmpty()) {
                content(parts("function_call", uses), "model", agent, numbered(id, ++number), time, Fields.object());
            }
            JsonNode responses = GeminiParts.either(data, "tool_responses", "toolResponses");
            if (responses.isArray() && !responses.isEmpty()) {
                JsonNode parts = parts("function_response", responses);
                content(parts, "tool", null, numbered(id, ++number), time, Fields.object());
            }
            for (JsonNode said : GeminiParts.either(data, "intermediate_responses", "intermediateResponses")) {
                // A pair: the agent, and the parts of what it said.
                boolean pair = said.isArray() && said.size() == 2;
                String author = pair && said.path(0).isTextual() ? said.path(0).textValue() : agent;
                ObjectNode content = Fields.object();
                content.set("parts", pair ? said.path(1) : said);
                content(content, "model", author, numbered(id, ++number), time, Fields.object());
            }
        }

        private static @Nullable String numbered(@Nullable String id, int number) {
            return id == null ? null : id + "/" + number;
        }

        private static ObjectNode parts(String member, JsonNode values) {
            ObjectNode content = Fields.object();
            for (JsonNode value : values) {
                content.withArrayProperty("parts").addObject().set(member, value);
            }
            return content;
        }

        private void content(
                JsonNode content,
                String role,
                @Nullable String author,
                @Nullable String id,
                @Nullable Instant time,
                ObjectNode rest) {
            JsonNode parts = content.isObject() ? content.path("parts") : content;
            Role read = GeminiParts.role(role, parts);
            MessageRead.Builder message = MessageRead.builder(run, place, read);
            GeminiParts.add(message, parts, null, rest);
            ObjectNode beyond = content.isObject() ? Fields.rest(content, "parts") : Fields.object();
            if (!beyond.isEmpty() && !beyond.equals(Fields.object().put("role", role))) {
                Rest.note(rest, "content", beyond);
            }
            if (read == Role.TOOL && author != null) {
                Rest.note(rest, "author", TextNode.valueOf(author));
            }
            events.accept(message.externalId(id)
                    .author(read == Role.ASSISTANT ? author : null)
                    .createdAt(time)
                    .rest(rest)
                    .build());
        }
    }
}
