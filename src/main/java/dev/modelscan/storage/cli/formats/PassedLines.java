package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The lines of a tree that are no messages, so that what follows one of them follows the message before it. */
final class PassedLines {

    private final Map<String, String> parents = new HashMap<>();

    /** A line that is no message. */
    void add(JsonNode line) {
        String uuid = Fields.text(line, "uuid");
        if (uuid != null) {
            String parent = parent(line);
            parents.put(uuid, parent == null ? "" : parent);
        }
    }

    /** The message that a line follows. Lines may follow each other in a circle. */
    @Nullable
    String messageBefore(JsonNode line) {
        Set<String> seen = new HashSet<>();
        String before = parent(line);
        while (before != null && parents.containsKey(before)) {
            before = seen.add(before) ? parents.get(before) : null;
        }
        return before == null || before.isEmpty() ? null : before;
    }

    /** A new start after the context was compacted follows what went before, though in another member. */
    static @Nullable String parent(JsonNode line) {
        return Fields.text(line, "parentUuid", "logicalParentUuid");
    }
}
