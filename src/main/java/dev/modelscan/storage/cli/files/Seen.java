package dev.modelscan.storage.cli.files;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.cli.formats.First;
import dev.modelscan.storage.cli.formats.Framing;
import java.util.ArrayList;
import java.util.List;

/** Says in a few words what a source is that no form knows. */
final class Seen {

    private static final int MOST_MEMBERS = 8;

    /** Members that tell a file of training data, which holds no runs. */
    private static final List<List<String>> PREFERENCES = List.of(
            List.of("chosen", "rejected"),
            List.of("chosen_messages", "rejected_messages"),
            List.of("response_a", "response_b"),
            List.of("response_0", "response_1"),
            List.of("accepted", "rejected"));

    private static final List<List<String>> PROMPTS = List.of(
            List.of("prompt", "completion"),
            List.of("instruction", "output"),
            List.of("instruction", "response"),
            List.of("question", "answer"),
            List.of("query", "reference"),
            List.of("prompt", "response"),
            List.of("prompt"),
            List.of("instruction"));

    private Seen() {}

    static String describe(First first, boolean isJson, boolean isOneLine) {
        if (first.framing() == Framing.SQLITE) {
            return "a SQLite database with other tables";
        }
        if (!isJson) {
            return "text that is not JSON";
        }
        JsonNode record = first.value();
        if (record.path("object").asText().equals("chat.completion.chunk")) {
            return "the chunks of a streamed answer, which are not put together; save the whole response";
        }
        if (first.has("archive", "version", "tables")) {
            return "an archive of the whole database; import it by itself, and not compressed";
        }
        for (List<String> members : PREFERENCES) {
            if (first.has(members.toArray(new String[0]))) {
                return "a file of preferences (" + String.join(", ", members) + "), which holds no runs";
            }
        }
        for (List<String> members : PROMPTS) {
            if (first.has(members.toArray(new String[0]))) {
                return "a file of prompts (" + String.join(", ", members) + "), which holds no runs";
            }
        }
        return framing(first, isOneLine)
                + (record.isMissingNode() ? "cut off or not valid" : record(record) + ", in no known form");
    }

    private static String framing(First first, boolean isOneLine) {
        return switch (first.framing()) {
            // A file of one line may be any JSON.
            case LINES -> isOneLine ? "JSON, " : "JSON Lines whose first record is ";
            case ARRAY -> "a JSON array whose first element is ";
            default -> "JSON, ";
        };
    }

    private static String record(JsonNode record) {
        if (!record.isObject()) {
            return "of the type " + record.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
        }
        List<String> names = new ArrayList<>();
        record.fieldNames().forEachRemaining(names::add);
        String more = names.size() > MOST_MEMBERS ? ", ..." : "";
        return names.isEmpty()
                ? "an empty object"
                : "an object with the members "
                        + String.join(", ", names.subList(0, Math.min(MOST_MEMBERS, names.size()))) + more;
    }
}
