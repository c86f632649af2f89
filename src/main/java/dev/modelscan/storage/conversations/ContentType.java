package dev.modelscan.storage.conversations;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;

/**
 * What a message's content is: {@code type/subtype} without parameters, each part as RFC 6838, section 4.2, has it. The
 * constants are those that agents exchange; others are open to every application.
 *
 * @param value the text that is stored, as it was given
 * @since 0.1.0
 */
public record ContentType(String value) {

    private static final int MAX_NAME_LENGTH = 127;
    private static final String JSON_TYPE = "application/json";
    private static final String JSON_SUFFIX = "+json";

    /** Plain text. */
    public static final ContentType TEXT = new ContentType("text/plain");

    /** Structured data. The content must parse as JSON. */
    public static final ContentType JSON = new ContentType(JSON_TYPE);

    /** A request to execute tools. */
    public static final ContentType COMMAND = new ContentType("command/execute");

    /** A tool's answer. */
    public static final ContentType SUCCESS = new ContentType("result/success");

    /** A tool's answer that is an error. */
    public static final ContentType ERROR = new ContentType("result/error");

    /**
     * Takes any {@code type/subtype}.
     *
     * @throws InvalidDataException if {@code value} is not of that form
     */
    public ContentType {
        Checks.required("message", null, "contentType", value);
        int slash = value.indexOf('/');
        if (!isName(value, 0, slash) || !isName(value, slash + 1, value.length())) {
            throw new InvalidDataException(
                    "message", null, "contentType", "\"" + value + "\" is not of the form type/subtype");
        }
    }

    /** By hand: a regular expression takes 4 % of the time in which a page of messages is read. */
    private static boolean isName(String text, int from, int to) {
        if (to - from < 1 || to - from > MAX_NAME_LENGTH || !isLetterOrDigit(text.charAt(from))) {
            return false;
        }
        for (int i = from + 1; i < to; i++) {
            char c = text.charAt(i);
            if (!isLetterOrDigit(c) && "!#$&^_.+-".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }

    /**
     * Whether content of this type must parse as JSON: {@code application/json}, or a subtype that ends in
     * {@code +json}.
     */
    public boolean isJson() {
        return value.equalsIgnoreCase(JSON_TYPE)
                || value.regionMatches(
                        true, value.length() - JSON_SUFFIX.length(), JSON_SUFFIX, 0, JSON_SUFFIX.length());
    }

    /** The text that is stored. */
    @Override
    public String toString() {
        return value;
    }
}
