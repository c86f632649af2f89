package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.cli.formats.Event;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run that was read, and that is to be stored.
 *
 * @param described what the file says of all runs and of agents, between the run that was handed on before and this one
 * @param key the form's name of the run within the file
 * @param parent the key, or the file's id, of the run that started it; null for none
 * @param occurrence how many runs with the same content came before it in the file
 * @param base the time of what has none
 */
record ReadRun(
        List<Event> described,
        String key,
        Facts facts,
        RunBuffer events,
        @Nullable String parent,
        int occurrence,
        Instant base) {

    /** A rough count of the bytes that it holds in memory. */
    long weight() {
        return 1_000 + events.weight();
    }
}
