package dev.modelscan.storage.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.tasks.TaskId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of a file, with a checked structure.
 *
 * @param id the task's key, made from the record's content and its number in the file
 * @param reward the run's reward; null if the record has none
 * @param messages the messages, in order
 * @param rest all other members of the record
 */
record Transcript(TaskId id, @Nullable JsonNode reward, List<ObjectNode> messages, ObjectNode rest) {

    /** The possible names of the list of messages; the first one that a record has is used. */
    private static final List<String> MESSAGES = List.of("messages", "traj");

    private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    // Sorted keys: neither white space nor the order of keys changes a record's id.
    private static final JsonMapper CANONICAL =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    static Transcript of(ObjectNode record, long number) throws MalformedRecordException {
        String field = MESSAGES.stream()
                .filter(record::has)
                .findFirst()
                .orElseThrow(() -> new MalformedRecordException("has neither \"messages\" nor \"traj\""));
        if (!record.path(field).isArray()) {
            throw new MalformedRecordException(field + " is not an array");
        }
        JsonNode reward = record.path("reward");
        if (!reward.isNumber() && !reward.isNull() && !reward.isMissingNode()) {
            throw new MalformedRecordException("reward is not a number");
        }
        List<ObjectNode> messages = new ArrayList<>();
        for (JsonNode message : record.path(field)) {
            messages.add(message(field + "[" + messages.size() + "]", message));
        }
        ObjectNode rest = record.objectNode();
        for (Map.Entry<String, JsonNode> member : record.properties()) {
            if (!member.getKey().equals(field)) {
                rest.set(member.getKey(), member.getValue());
            }
        }
        return new Transcript(id(record, number), reward.isNumber() ? reward : null, messages, rest);
    }

    /** The roles that occur, in the order of their first messages, and those that receive messages. */
    Set<String> roles() {
        Set<String> roles = new LinkedHashSet<>(List.of("assistant"));
        for (ObjectNode message : messages) {
            String role = role(message);
            roles.add(role);
            if (role.equals("assistant")) {
                roles.add(callsTools(message) ? "tool" : "user");
            }
        }
        return roles;
    }

    static String role(ObjectNode message) {
        return message.path("role").asText();
    }

    static boolean callsTools(ObjectNode message) {
        return !message.path("tool_calls").isEmpty();
    }

    private static ObjectNode message(String path, JsonNode node) throws MalformedRecordException {
        if (!(node instanceof ObjectNode message)) {
            throw new MalformedRecordException(path + " is not a JSON object");
        }
        JsonNode role = message.path("role");
        if (!role.isTextual() || !ROLES.contains(role.asText())) {
            throw new MalformedRecordException(
                    path + ".role is " + (role.isMissingNode() ? "missing" : "not system, user, assistant or tool"));
        }
        JsonNode content = message.path("content");
        if (content.isNumber() || content.isBoolean()) {
            throw new MalformedRecordException(path + ".content is neither text nor a list of parts");
        }
        JsonNode calls = message.path("tool_calls");
        if (!calls.isArray() && !calls.isNull() && !calls.isMissingNode()) {
            throw new MalformedRecordException(path + ".tool_calls is not an array");
        }
        if (callsTools(message) && !role.asText().equals("assistant")) {
            throw new MalformedRecordException(path + ".tool_calls is in a message whose role is not assistant");
        }
        for (int i = 0; i < calls.size(); i++) {
            requireText(path + ".tool_calls[" + i + "].id", calls.path(i).path("id"));
            requireText(
                    path + ".tool_calls[" + i + "].function.name",
                    calls.path(i).path("function").path("name"));
        }
        if (role.asText().equals("tool")) {
            requireText(path + ".tool_call_id", message.path("tool_call_id"));
        }
        return message;
    }

    private static void requireText(String path, JsonNode value) throws MalformedRecordException {
        if (!value.isTextual()) {
            throw new MalformedRecordException(path + (value.isMissingNode() ? " is missing" : " is not text"));
        }
    }

    /**
     * The same record at the same place has the same id, whatever the file's name. The number is part of it
     * because two runs may be identical.
     */
    private static TaskId id(ObjectNode record, long number) {
        try {
            byte[] content = CANONICAL.writeValueAsString(record).getBytes(StandardCharsets.UTF_8);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
            ByteBuffer hash = ByteBuffer.wrap(digest.digest(content));
            // A UUID of version 8 (RFC 9562), whose bits the application chooses.
            long high = (hash.getLong() & ~0xF000L) | 0x8000L;
            long low = (hash.getLong() & ~(3L << 62)) | (1L << 63);
            return new TaskId(new UUID(high, low).toString());
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a tree that was read cannot be hashed", e);
        }
    }
}
