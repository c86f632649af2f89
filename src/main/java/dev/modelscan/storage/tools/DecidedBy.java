package dev.modelscan.storage.tools;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Codes;

/**
 * What decided whether the use of a tool that was imported succeeded or failed.
 *
 * @since 0.1.0
 */
public enum DecidedBy {
    /** The source itself says so, in a field that is meant for it. */
    FLAG("flag"),
    /** The importer judged by the answer, since the source does not say. */
    HEURISTIC("heuristic");

    private final String code;

    DecidedBy(String code) {
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
    public static DecidedBy fromCode(String code) {
        return Codes.find("tool execution", "decidedBy", values(), DecidedBy::code, code);
    }
}
