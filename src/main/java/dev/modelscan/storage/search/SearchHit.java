package dev.modelscan.storage.search;

import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tools.ToolExecution;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a search has found: a message, or a tool's call.
 *
 * @param message the message, without its parts; null if it is a tool's call
 * @param toolExecution the tool's call; null if it is a message
 * @param snippet about 160 characters around what was found, on one line: control characters, and those that turn the
 *     direction of text, are spaces. It is text, not HTML: escape it as any other text of a message
 * @param marks where in the snippet the words of the query are, in order; they do not overlap
 * @since 0.1.0
 */
public record SearchHit(
        @Nullable Message message, @Nullable ToolExecution toolExecution, String snippet, List<Mark> marks) {

    /** Not API, since components may be added. */
    public SearchHit {
        marks = List.copyOf(marks);
        if ((message == null) == (toolExecution == null)) {
            throw new IllegalArgumentException("a result is a message or a tool's call, and not both");
        }
    }

    /**
     * A range of a snippet.
     *
     * @param from the index of its first character
     * @param to the index after its last character
     * @since 0.1.0
     */
    public record Mark(int from, int to) {}

    /** When the message or the call was made. */
    public Instant createdAt() {
        return message != null
                ? message.createdAt()
                : Objects.requireNonNull(toolExecution).createdAt();
    }
}
