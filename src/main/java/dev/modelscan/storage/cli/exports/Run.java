package dev.modelscan.storage.cli.exports;

import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Events;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run that is to be written.
 *
 * @param form the name of the form that it came from; empty for a run that was not imported
 * @param messages its messages in order; of a tree, those of the path that is shown
 * @param calls what the model was asked
 * @param children the runs of its sub-agents
 * @param beside what else is stored of it, in a few words each
 */
public record Run(
        String form,
        RunStarted started,
        List<MessageRead> messages,
        List<ModelCalled> calls,
        @Nullable RunEnded ended,
        List<Run> children,
        List<String> beside) {

    /** Collects the events of a source into runs. Sub-agents' runs are with their parents. */
    public static final class Collector implements Events {

        private final String form;
        private final Map<String, RunStarted> started = new LinkedHashMap<>();
        private final Map<String, List<MessageRead>> messages = new LinkedHashMap<>();
        private final Map<String, List<ModelCalled>> calls = new LinkedHashMap<>();
        private final Map<String, RunEnded> ended = new LinkedHashMap<>();

        /** Of a source of that form. */
        public Collector(String form) {
            this.form = form;
        }

        @Override
        public void accept(Event event) {
            if (event instanceof RunStarted run) {
                started.put(run.run(), run);
            } else if (event instanceof MessageRead message) {
                messages.computeIfAbsent(message.run(), run -> new ArrayList<>())
                        .add(message);
            } else if (event instanceof ModelCalled call) {
                calls.computeIfAbsent(call.run(), run -> new ArrayList<>()).add(call);
            } else if (event instanceof RunEnded run) {
                ended.put(run.run(), run);
            }
        }

        /** The runs without a parent, in order. */
        public List<Run> runs() {
            return started.values().stream()
                    .filter(run -> run.parentRun() == null || !started.containsKey(run.parentRun()))
                    .map(this::run)
                    .toList();
        }

        private Run run(RunStarted run) {
            List<Run> children = started.values().stream()
                    .filter(child -> run.run().equals(child.parentRun()))
                    .map(this::run)
                    .toList();
            return new Run(
                    form,
                    run,
                    messages.getOrDefault(run.run(), List.of()),
                    calls.getOrDefault(run.run(), List.of()),
                    ended.get(run.run()),
                    children,
                    List.of());
        }
    }
}
