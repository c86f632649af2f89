package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The chunks of an answer of Gemini that was streamed, put together. */
final class GeminiChunks {

    private GeminiChunks() {}

    /** Whether it is a list of chunks. One of them may hold no more than the usage. */
    static boolean isStream(JsonNode response) {
        if (response.isArray()) {
            for (JsonNode chunk : response) {
                if (chunk.path("candidates").isArray()) {
                    return true;
                }
            }
        }
        return false;
    }

    static ArrayNode array(List<Records.Item> records) {
        ArrayNode chunks = JsonNodeFactory.instance.arrayNode();
        records.forEach(record -> chunks.add(record.value()));
        return chunks;
    }

    /** The answer: each candidate with all of its parts, and of other members the last that was told, as counts are totals. */
    static ObjectNode whole(JsonNode chunks) {
        ObjectNode whole = Fields.object();
        Map<Integer, ObjectNode> candidates = new TreeMap<>();
        for (JsonNode chunk : chunks) {
            put(whole, Fields.rest(chunk, "candidates"));
            for (JsonNode candidate : chunk.path("candidates")) {
                ObjectNode all =
                        candidates.computeIfAbsent(candidate.path("index").asInt(), index -> Fields.object());
                put(all, Fields.rest(candidate, "content"));
                if (candidate.path("content").isObject()) {
                    content(all.withObjectProperty("content"), candidate.path("content"));
                }
            }
        }
        candidates.values().forEach(whole.withArrayProperty("candidates")::add);
        return whole;
    }

    private static void put(ObjectNode whole, ObjectNode members) {
        for (Map.Entry<String, JsonNode> member : members.properties()) {
            JsonNode before = whole.get(member.getKey());
            if (before instanceof ObjectNode object && member.getValue() instanceof ObjectNode more) {
                ObjectNode both = object.deepCopy();
                both.setAll(more);
                whole.set(member.getKey(), both);
            } else {
                whole.set(member.getKey(), member.getValue());
            }
        }
    }

    private static void content(ObjectNode whole, JsonNode content) {
        put(whole, Fields.rest(content, "parts"));
        ArrayNode parts = whole.withArrayProperty("parts");
        for (JsonNode part : content.path("parts")) {
            JsonNode last = parts.path(parts.size() - 1);
            if (isText(part) && isText(last)) {
                parts.remove(parts.size() - 1);
                String text = last.path("text").textValue() + part.path("text").textValue();
                parts.add(Fields.object().put("text", text));
            } else {
                parts.add(part);
            }
        }
    }

    private static boolean isText(JsonNode part) {
        return part.size() == 1 && part.path("text").isTextual();
    }
}
