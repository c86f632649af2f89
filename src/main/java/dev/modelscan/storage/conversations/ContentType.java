package dev.modelscan.storage.conversations;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a message's content is: {@code type/subtype} without parameters, each part as RFC 6838, section 4.2, has it. The
 * constants are those that agents exchange; others are open to every application.
 *
 * @param value the text that is stored, as it was given
 * @since 0.1
 */
public record ContentType(String value) {

    // The constants below are checked against it, so it comes first.
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}";
    private static final Pattern FORM = Pattern.compile(NAME + "/" + NAME);

    /** Plain text. */
    public static final ContentType TEXT = new ContentType("text/plain");

    /** Structured data. The content must parse as JSON. */
    public static final ContentType JSON = new ContentType("application/json");

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
        if (!FORM.matcher(value).matches()) {
            throw new InvalidDataException(
                    "message", null, "contentType", "\"" + value + "\" is not of the form type/subtype");
        }
    }

    /** Whether content of this type must parse as JSON: {@code application/json}, or a subtype that ends in {@code +json}. */
    public boolean isJson() {
        String lower = value.toLowerCase(Locale.ROOT);
        return lower.equals("application/json") || lower.endsWith("+json");
    }

    /** The text that is stored. */
    @Override
    public String toString() {
        return value;
    }
}
