package dev.modelscan.storage.internal.values;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules for text that every engine returns unchanged. The drivers silently replace unpaired surrogates,
 * SQLite's functions stop at a NUL, and PostgreSQL rejects it (error 22021).
 */
public final class TextRules {

    /** The maximum length of a name in Unicode code points, as the schema's checks count them. */
    public static final int MAX_NAME_LENGTH = 255;

    private static final Pattern WORKSPACE = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Pattern RESERVED =
            Pattern.compile("pg_.*|information_schema|public|citus|citus_internal|columnar|columnar_internal");
    /**
     * Windows opens a device for such a name, whatever its suffix. A workspace can be moved to any system.
     */
    private static final Pattern DEVICE = Pattern.compile("con|prn|aux|nul|(com|lpt)[0-9]");

    private TextRules() {}

    /** What is wrong with a text, worded to follow a field's name; null if nothing is. */
    public static @Nullable String problem(String text) {
        int length = text.length();
        int i = 0;
        while (i < length) {
            if (i + 4 <= length && areFourCommon(text, i)) {
                i += 4;
                continue;
            }
            char c = text.charAt(i);
            if (c == 0) {
                return "has a NUL character at position " + i;
            }
            if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                i += 2;
            } else if (Character.isSurrogate(c)) {
                return "has an unpaired surrogate at position " + i;
            } else {
                i++;
            }
        }
        return null;
    }

    /**
     * Whether four characters are all from U+0001 to U+8000, as nearly all are; it may say no although they are. Every id
     * that is read is checked: one character at a time, that took 9 % of a page of messages.
     */
    private static boolean areFourCommon(String text, int from) {
        // NUL becomes negative.
        int bits = text.charAt(from) - 1
                | text.charAt(from + 1) - 1
                | text.charAt(from + 2) - 1
                | text.charAt(from + 3) - 1;
        return bits >>> 15 == 0;
    }

    /**
     * Whether a text can be stored. One that cannot must not be searched for either, since the driver would
     * search for another text.
     */
    public static boolean isStorable(String text) {
        return problem(text) == null;
    }

    /**
     * What is wrong with a name: it must have 1 to {@link #MAX_NAME_LENGTH} characters, not be blank, and
     * pass {@link #problem}.
     */
    public static @Nullable String nameProblem(String name) {
        if (name.isBlank()) {
            return "is blank";
        }
        if (name.length() > MAX_NAME_LENGTH) {
            int characters = name.codePointCount(0, name.length());
            if (characters > MAX_NAME_LENGTH) {
                return "has " + characters + " characters; the most is " + MAX_NAME_LENGTH;
            }
        }
        return problem(name);
    }

    /**
     * What is wrong with a workspace's name, which is used unchanged as the name of a schema or a file; null
     * if nothing is.
     */
    public static @Nullable String workspaceProblem(String name) {
        if (!WORKSPACE.matcher(name).matches()) {
            return "is not 1 to 63 of the characters a to z, 0 to 9 and _, beginning with a letter";
        }
        if (DEVICE.matcher(name).matches()) {
            return "is a name that Windows keeps for a device";
        }
        return RESERVED.matcher(name).matches() ? "is a name that PostgreSQL or Citus keeps for itself" : null;
    }
}
