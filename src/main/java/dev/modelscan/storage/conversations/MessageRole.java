package dev.modelscan.storage.conversations;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Codes;

/**
 * The part that a message has in a conversation with a model, apart from the agent that sent it.
 *
 * @since 0.1.0
 */
public enum MessageRole {
    /** Instructions of the application. */
    SYSTEM("system"),
    /** Instructions of the developer, as newer interfaces call them. */
    DEVELOPER("developer"),
    /** What the model is asked. */
    USER("user"),
    /** What the model says. */
    ASSISTANT("assistant"),
    /** A tool's answer. */
    TOOL("tool"),
    /** A role of another name, which the importer keeps in the metadata. */
    OTHER("other");

    private final String code;

    MessageRole(String code) {
        this.code = code;
    }

    /** The text that is stored. It never changes. */
    public String code() {
        return code;
    }

    /**
     * The constant with that code.
     *
     * @throws InvalidDataException if there is none; codes are compared exactly
     */
    public static MessageRole fromCode(String code) {
        return Codes.find("message", "role", values(), MessageRole::code, code);
    }
}
