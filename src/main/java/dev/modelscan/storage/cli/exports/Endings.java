package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Outcome;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.cli.imports.Verdict;
import dev.modelscan.storage.tasks.TaskStatus;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What forms have no place for: how runs and tools ended, which their readers decide by what is there, and more. */
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

    /** Lists what no form but {@code otlp} says of a run as a whole. */
    static void ofHead(Run run, Consumer<String> unsaid) {
        if (run.started().name() != null) {
            unsaid.accept("the title of the conversation");
        }
        ofError(run, unsaid);
    }

    static void ofError(Run run, Consumer<String> unsaid) {
        RunEnded ended = run.ended();
        if (ended != null && ended.error() != null) {
            unsaid.accept("the error of a run");
        }
    }

    static void ofAuthor(MessageRead message, Consumer<String> unsaid) {
        if (message.author() != null) {
            unsaid.accept("who wrote a message");
        }
    }

    /** Lists a role that is written as another one, and that a text is a refusal. */
    static void ofRole(MessageRead message, Set<Role> written, Consumer<String> unsaid) {
        Role role = message.role();
        boolean answers = role == Role.TOOL && message.parts().stream().anyMatch(Part.Answer.class::isInstance);
        if (!answers && !written.contains(role)) {
            unsaid.accept("the role " + role.name().toLowerCase(Locale.ROOT));
        }
        if (message.parts().stream().anyMatch(Part.Refusal.class::isInstance)) {
            unsaid.accept("that a text is a refusal");
        }
    }

    static boolean hasOwnTimes(Run run) {
        RunEnded ended = run.ended();
        return run.started().startedAt() != null || (ended != null && ended.completedAt() != null);
    }

    static boolean hasTimes(Run run) {
        return hasOwnTimes(run)
                || run.messages().stream().anyMatch(message -> message.createdAt() != null || hasToolTimes(message));
    }

    /** Whether it is known when a tool ran whose answer the message has. */
    static boolean hasToolTimes(MessageRead message) {
        return message.parts().stream()
                .anyMatch(part -> part instanceof Part.Answer answer
                        && (answer.startedAt() != null || answer.completedAt() != null));
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
