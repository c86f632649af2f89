package dev.modelscan.storage.conversations;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Codes;

/**
 * What a part of a message is.
 *
 * @since 0.1.0
 */
public enum PartKind {
    /** Text to be read. */
    TEXT("text"),
    /** What a model thought, with the signature or the encrypted text that its provider wants back unchanged. */
    REASONING("reasoning"),
    /** A picture. */
    IMAGE("image"),
    /** Sound. */
    AUDIO("audio"),
    /** A file of another kind. */
    FILE("file"),
    /** What a model said in the place of an answer. */
    REFUSAL("refusal"),
    /** The call of a tool. */
    TOOL_CALL("tool_call"),
    /** A tool's answer to a call. */
    TOOL_RESULT("tool_result"),
    /** Anything else; {@link MessagePart#data()} or {@link MessagePart#text()} says what. */
    OTHER("other");

    private final String code;

    PartKind(String code) {
        this.code = code;
    }

    /** The text that is stored. It never changes. */
    public String code() {
        return code;
    }

    /**
     * The kind with that code.
     *
     * @throws InvalidDataException if there is none; codes are compared exactly
     */
    public static PartKind fromCode(String code) {
        return Codes.find("message part", "kind", values(), PartKind::code, code);
    }
}
