package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
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

    /** Lists how a tool ended if its answer's text is not read so. */
    static void ofTool(Part.Answer answer, Consumer<String> unsaid) {
        if (answer.outcome() != Outcome.UNKNOWN && answer.outcome() != read(answer)) {
            unsaid.accept(answer.outcome() == Outcome.FAILED ? "that a tool failed" : "that a tool did not fail");
        }
    }

    /** What a reader makes of an answer's text that has no flag beside it. */
    static Outcome read(Part.Answer answer) {
        return Verdict.of(new Part.Answer(null, null, TextNode.valueOf(text(answer)), Outcome.UNKNOWN, null))
                .outcome();
    }

    /** An answer as it is written in a form that takes only text. */
    static String text(Part.Answer answer) {
        JsonNode output = answer.output();
        return output == null ? "" : output.isTextual() ? output.textValue() : output.toString();
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
