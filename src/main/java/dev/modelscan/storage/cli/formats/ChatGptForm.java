package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Conversations as ChatGPT exports them: a tree of nodes with all branches, and the node that is shown. */
final class ChatGptForm implements Form {

    @Override
    public String name() {
        return "chatgpt";
    }

    @Override
    public boolean recognizes(First first) {
        return first.framing() != Framing.SQLITE
                && first.objects()
                        .limit(3)
                        .anyMatch(value -> value.path("mapping").isObject()
                                && (value.has("current_node") || value.has("title") || value.has("conversation_id")));
    }

    @Override
    public void read(Records records, Events events) throws IOException {
        for (Records.Item item = records.next(); item != null; item = records.next()) {
            if (item.value().path("mapping").isObject()) {
                new Tree(item, events).read();
            } else {
                events.accept(new Event.Refused(item.place(), "has no mapping, which is the tree of messages"));
            }
        }
    }

    private static final class Tree {
        private final JsonNode conversation;
        private final JsonNode mapping;
        private final Place place;
        private final String run;
        private final Events events;
        private final Set<String> told = new HashSet<>();
        private final ObjectNode structure = Fields.object();
        private @Nullable Instant latest;

        Tree(Records.Item item, Events events) {
            this.conversation = item.value();
            this.mapping = conversation.path("mapping");
            this.place = item.place();
            this.run = "conversation-" + item.place().record();
            this.events = events;
        }

        void read() {
            Instant created = Fields.time(conversation, "create_time");
            ObjectNode metadata =
                    Fields.rest(conversation, "mapping", "title", "current_node", "conversation_id", "create_time");
            Rest.time(metadata, conversation, "create_time", created);
            if (metadata.has("id") && metadata.path("id").equals(conversation.path("conversation_id"))) {
                metadata.remove("id");
            }
            String id = Fields.text(conversation, "conversation_id", "id");
            String title = Fields.text(conversation, "title");
            events.accept(new RunStarted(run, place, id, null, title, "chatgpt", created, metadata));
            for (Map.Entry<String, JsonNode> node : mapping.properties()) {
                withParentsFirst(node.getKey());
            }
            ObjectNode rest = Fields.object();
            if (!structure.isEmpty()) {
                Rest.note(rest, "nodes", structure);
            }
            String current = Fields.text(conversation, "current_node");
            String head =
                    current == null || mapping.path(current).path("message").isObject()
                            ? current
                            : parentMessage(current);
            if (current != null && !current.equals(head)) {
                rest.put("current_node", current);
            }
            Instant updated = Fields.time(conversation, "update_time");
            events.accept(new RunEnded(run, place, null, null, null, updated == null ? latest : updated, head, rest));
        }

        private void withParentsFirst(String node) {
            Deque<String> open = new ArrayDeque<>();
            String next = node;
            while (next != null && mapping.has(next) && told.add(next)) {
                open.push(next);
                next = Fields.text(mapping.path(next), "parent");
            }
            for (String each : open) {
                node(each, mapping.path(each));
            }
        }

        private void node(String key, JsonNode node) {
            JsonNode message = node.path("message");
            if (!message.isObject()) {
                structure.set(key, node);
                return;
            }
            Instant time = Fields.time(message, "create_time");
            latest = time == null ? latest : time;
            JsonNode author = message.path("author");
            Role role = role(author.path("role").asText());
            ObjectNode rest = Fields.rest(message, "id", "author", "content", "create_time");
            Rest.time(rest, message, "create_time", time);
            if (!message.path("id").asText().equals(key)) {
                rest.set("id", message.path("id"));
            }
            keep(rest, "author", role == Role.OTHER ? author : Fields.rest(author, "role"));
            keep(rest, "node", Fields.rest(node, "id", "message", "parent", "children"));
            JsonNode parent = mapping.path(node.path("parent").asText());
            if (!parent.isMissingNode() && !parent.path("message").isObject()) {
                rest.set("parent", node.path("parent"));
            }
            MessageRead.Builder read = MessageRead.builder(run, place, role)
                    .externalId(key)
                    .parentId(parentMessage(key))
                    .createdAt(time);
            content(read, key, node, role, time, rest);
            events.accept(read.rest(rest).build());
            String model = Fields.text(message.path("metadata"), "model_slug");
            if (role == Role.ASSISTANT && model != null) {
                Usage unknown = new Usage(null, null, null, null, null);
                events.accept(
                        new ModelCalled(run, place, key, key, model, "openai", unknown, null, null, null, time, null));
            }
        }

        private static void keep(ObjectNode rest, String member, JsonNode value) {
            if (!value.isEmpty()) {
                rest.set(member, value);
            }
        }

        /** The nearest message above a node; null if there is none. */
        private @Nullable String parentMessage(String node) {
            Set<String> seen = new HashSet<>();
            String parent = Fields.text(mapping.path(node), "parent");
            while (parent != null && seen.add(parent)) {
                if (mapping.path(parent).path("message").isObject()) {
                    return parent;
                }
                parent = Fields.text(mapping.path(parent), "parent");
            }
            return null;
        }

        private static Role role(String role) {
            return switch (role) {
                case "system" -> Role.SYSTEM;
                case "developer" -> Role.DEVELOPER;
                case "user" -> Role.USER;
                case "assistant" -> Role.ASSISTANT;
                case "tool" -> Role.TOOL;
                default -> Role.OTHER;
            };
        }

        private void content(
                MessageRead.Builder read,
                String key,
                JsonNode node,
                Role role,
                @Nullable Instant time,
                ObjectNode rest) {
            JsonNode message = node.path("message");
            JsonNode content = message.path("content");
            String recipient = Fields.text(message, "recipient");
            if (role == Role.ASSISTANT && recipient != null && !recipient.equals("all")) {
                read.add(new Part.Call(key, recipient, input(content), time, null, content));
                return;
            }
            String call = role == Role.TOOL ? parentMessage(key) : null;
            if (call != null && isCall(mapping.path(call).path("message"))) {
                read.add(answer(call, message, content, rest));
                return;
            }
            switch (content.path("content_type").asText()) {
                case "text", "multimodal_text" -> {
                    int position = 0;
                    for (JsonNode part : content.path("parts")) {
                        read.add(part(part, position++, rest));
                    }
                    keep(rest, "content", Fields.rest(content, "parts"));
                }
                case "thoughts", "reasoning_recap" -> read.add(new Part.Reasoning(content));
                case "code", "execution_output" -> {
                    read.add(new Part.Text(content.path("text").asText()));
                    keep(rest, "content", Fields.rest(content, "text"));
                }
                default -> read.add(new Part.Other(content));
            }
        }

        private static boolean isCall(JsonNode message) {
            String recipient = Fields.text(message, "recipient");
            return message.path("author").path("role").asText().equals("assistant")
                    && recipient != null
                    && !recipient.equals("all");
        }

        private static @Nullable JsonNode input(JsonNode content) {
            JsonNode parts = content.path("parts");
            return Fields.json(parts.size() == 1 ? parts.path(0) : parts.isArray() ? parts : content.path("text"));
        }

        private static Part answer(String call, JsonNode message, JsonNode content, ObjectNode rest) {
            JsonNode parts = content.path("parts");
            JsonNode output = content;
            if (content.path("text").isTextual()) {
                output = content.path("text");
                keep(rest, "content", Fields.rest(content, "text"));
            } else if (parts.size() == 1 && parts.path(0).isTextual()) {
                output = parts.path(0);
                keep(rest, "content", Fields.rest(content, "parts"));
            }
            String tool = Fields.text(message.path("author"), "name");
            String status = Fields.text(message.path("metadata").path("aggregate_result"), "status");
            if (status != null) {
                Outcome outcome = status.startsWith("success") ? Outcome.SUCCESS : Outcome.FAILED;
                return new Part.Answer(call, tool, output, outcome, "aggregate_result.status");
            }
            if (content.path("content_type").asText().equals("system_error")) {
                return new Part.Answer(call, tool, output, Outcome.FAILED, "content_type");
            }
            return new Part.Answer(call, tool, output, Outcome.UNKNOWN, null);
        }

        private static Part part(JsonNode part, int position, ObjectNode rest) {
            if (part.isTextual()) {
                return new Part.Text(part.textValue());
            }
            String type = part.path("content_type").asText();
            if (type.equals("image_asset_pointer")) {
                return new Part.Media("image", null, part);
            }
            if (type.contains("audio") && part.path("text").isTextual()) {
                Rest.part(rest, position, Fields.rest(part, "text"));
                return new Part.Text(part.path("text").textValue());
            }
            if (type.contains("audio")) {
                return new Part.Media("audio", null, part);
            }
            return type.contains("asset_pointer") ? new Part.Media("file", null, part) : new Part.Other(part);
        }
    }
}
