package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Role;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names as the database takes them. */
final class Names {

    private static final int MOST = 255;
    private static final Pattern NUMBER = Pattern.compile("(?:item_|row )?\\d{1,9}(?:/\\d{1,9})?");

    private Names() {}

    /** Whether a message tells by itself who wrote it. A tool's answer is from the agent that called the tool. */
    static boolean hasAuthor(MessageRead message) {
        return message.role() != Role.TOOL || message.author() != null;
    }

    /** The name of who wrote a message: the file's name of its author; an assistant's is that of the run's agent; else the role. */
    static String author(MessageRead message, @Nullable String agent) {
        if (message.author() != null && !message.author().isBlank()) {
            return of(message.author());
        }
        if (message.role() == Role.ASSISTANT && agent != null && !agent.isBlank()) {
            return of(agent);
        }
        return message.role().name().toLowerCase(Locale.ROOT);
    }

    /** A name of at most 255 characters. A longer one ends in a hash of all of it. */
    static String of(String name) {
        String text = Escapes.of(name);
        if (text.isBlank()) {
            return "(blank)";
        }
        if (text.codePointCount(0, text.length()) <= MOST) {
            return text;
        }
        byte[] hash = Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return text.substring(0, text.offsetByCodePoints(0, MOST - 17)) + "#"
                + Digests.hex(hash).substring(0, 16);
    }

    /** Whether a name of a message is a number, such as {@code 3}, {@code 3/1} or {@code item_3}, that another run may have too. */
    static boolean isNumber(String name) {
        return NUMBER.matcher(name).matches();
    }

    /** {@link #of} for a name that may be missing. */
    static @Nullable String optional(@Nullable String name) {
        return name == null || name.isBlank() ? null : of(name);
    }
}
