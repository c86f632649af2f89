package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a run, and under which name.
 *
 * @param messages the number of messages at the start of the run that are stored; -1 if the stored ones are those of another run
 * @param names the stored messages by their external ids, if those are to tell what is stored; null for the number
 * @param complete whether all messages are stored
 * @param isOlder whether more messages are stored than the file has
 * @param gaps which messages at the start of the run were deleted; null if none were
 */
record Known(
        TaskId id,
        @Nullable String externalId,
        @Nullable Task task,
        int messages,
        @Nullable Map<String, MessageId> names,
        boolean complete,
        boolean isOlder,
        @Nullable Gaps gaps) {

    Known(
            TaskId id,
            @Nullable String externalId,
            @Nullable Task task,
            int messages,
            @Nullable Map<String, MessageId> names,
            boolean complete) {
        this(id, externalId, task, messages, names, complete, false, null);
    }

    /** Whether a message at the start of the run is stored, if that goes by its number. */
    boolean isStored(int number) {
        return number <= messages && (gaps == null || gaps.isStored(number));
    }

    /**
     * Whether the file tells all of the run that is stored, so that what it does not tell is out of date. Without a message
     * that both have, it may tell another part of it.
     */
    boolean isWhole() {
        return names == null && !isOlder && messages > 0;
    }
}
