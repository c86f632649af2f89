package dev.modelscan.storage.cli.exports;

import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Flag;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.imports.Verdict;
import dev.modelscan.storage.tasks.TaskStatus;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How runs and tools ended, for forms that have no place for it: their readers decide by what is there. */
final class Endings {

    private Endings() {}

    /** Lists how a tool ended if the answer in a chat is not read so. */
    static void ofChat(Part.Answer answer, Consumer<String> unsaid) {
        list(answer, readInChat(answer), unsaid);
    }

    /** What the reader of a chat makes of an answer that has no flag beside it. */
    static Outcome readInChat(Part.Answer answer) {
        Outcome said = answer.output() == null
                ? Outcome.UNKNOWN
                : Flag.of(Fields.object(), answer.output()).outcome();
        return read(answer, said);
    }

    /** Lists how a tool ended if its answer's text is not read so. */
    static void ofText(Part.Answer answer, Consumer<String> unsaid) {
        list(answer, read(answer, Outcome.UNKNOWN), unsaid);
    }

    private static Outcome read(Part.Answer answer, Outcome said) {
        return Verdict.of(new Part.Answer(null, null, answer.output(), said, null))
                .outcome();
    }

    private static void list(Part.Answer answer, Outcome read, Consumer<String> unsaid) {
        if (answer.outcome() != Outcome.UNKNOWN && answer.outcome() != read) {
            unsaid.accept(answer.outcome() == Outcome.FAILED ? "that a tool failed" : "that a tool did not fail");
        }
    }

    /**
     * Lists the status of a run.
     *
     * @param read the status that the reader takes from what is written; null if that has none, which is completed
     */
    static void ofRun(Run run, @Nullable TaskStatus read, Consumer<String> unsaid) {
        RunEnded ended = run.ended();
        TaskStatus status = ended == null ? null : ended.status();
        if (status != null && status != (read == null ? TaskStatus.COMPLETED : read)) {
            unsaid.accept("the status " + status.name().toLowerCase(Locale.ROOT));
        }
    }
}
