package dev.modelscan.storage.cli.formats;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a message's author is to the run. An author that no other constant describes is {@link #OTHER}. */
public enum Role {
    SYSTEM,
    DEVELOPER,
    USER,
    ASSISTANT,
    TOOL,
    OTHER;

    /** The role by its usual word. Any other word is kept in the rest. */
    static Role of(String word, ObjectNode rest) {
        return switch (word) {
            case "system" -> SYSTEM;
            case "user" -> USER;
            case "assistant" -> ASSISTANT;
            case "tool" -> TOOL;
            default -> {
                rest.put("role", word);
                yield OTHER;
            }
        };
    }
}
