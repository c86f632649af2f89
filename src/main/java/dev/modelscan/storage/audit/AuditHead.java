package dev.modelscan.storage.audit;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The end of the chain at some time. Keep a copy of it in a place that nobody who writes to the database can change. Then it
 * proves later that no entry up to it was changed or removed.
 *
 * @param position the position of the last entry; 0 if there was none
 * @param hash its hash, 64 hexadecimal digits in lower case; zeros if there was none
 * @since 0.1.0
 */
public record AuditHead(long position, String hash) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18}):([0-9a-f]{64})");

    /** The head of a log without entries. */
    public static final AuditHead NONE = new AuditHead(0, "0".repeat(64));

    /**
     * Checks its parts.
     *
     * @throws IllegalArgumentException if the position is negative, or the hash is no such text
     */
    public AuditHead {
        Objects.requireNonNull(hash, "hash");
        if (position < 0 || !hash.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(position + ":" + hash + " is not a head of an audit log");
        }
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if the text is no head
     */
    public static AuditHead parse(String text) {
        Matcher matcher = TEXT.matcher(Objects.requireNonNull(text, "text").strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a head of an audit log; write position:hash, as audit head prints it");
        }
        return new AuditHead(Long.parseLong(matcher.group(1)), matcher.group(2));
    }

    /** The position, a colon, and the hash. */
    @Override
    public String toString() {
        return position + ":" + hash;
    }
}
