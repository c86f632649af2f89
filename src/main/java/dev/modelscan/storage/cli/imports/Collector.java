package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Warned;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.Place;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the events of each run, and has a run stored when it has ended, after its parent. */
final class Collector implements Events, AutoCloseable {

    /** Events of more bytes, in all open runs together, go to files. */
    private static final long MOST_IN_MEMORY = 32L << 20;

    private final Supplier<Database> database;
    private final Provenance provenance;
    private final ImportOptions options;
    private final FileResult result;
    private final @Nullable Redaction redaction;
    private final RunQueue queue;
    private final Map<String, Run> open = new LinkedHashMap<>();
    private final List<Event> described = new ArrayList<>();
    private final Map<Long, Integer> occurrences = new HashMap<>();
    private @Nullable Warned loose;
    private long weight;
    private long put;
    private boolean asked;

    /** A run that is being read. */
    private static final class Run {
        private final Facts facts;
        private final RunBuffer events = new RunBuffer();
        private boolean ended;
        private boolean storing;
        private long oddRecord;

        Run(Facts facts) {
            this.facts = facts;
        }
    }

    Collector(Supplier<Database> database, Provenance provenance, ImportOptions options, FileResult result) {
        this.database = database;
        this.provenance = provenance;
        this.options = options;
        this.result = result;
        this.queue = new RunQueue(new Storing(database, provenance, result)::store);
        this.redaction = options.redactor() == null ? null : new Redaction(options.redactor());
    }

    @Override
    public void accept(Event read) {
        Event event = redaction == null ? read : redaction.of(read);
        if (event instanceof Event.Refused refused) {
            result.fail(note(refused.place(), null, refused.text()));
        } else if (event instanceof Event.Described || event instanceof Event.AgentDescribed) {
            described.add(event);
        } else if (event instanceof RunStarted started) {
            start(started);
        } else if (event instanceof Warned warned && warned.run() == null) {
            loose = warned;
            warn(warned);
        } else {
            add(event);
        }
    }

    private void start(RunStarted started) {
        Facts facts = new Facts(started, event -> warn((Warned) event));
        Run run = new Run(facts);
        open.put(started.run(), run);
        remember(run, started);
    }

    /** What is odd about a record is odd about the runs that it tells of. */
    private void remember(Run run, Event event) {
        Warned warned = loose;
        long record = event.place().record();
        if (warned != null && warned.place().record() == record && run.oddRecord != record) {
            run.oddRecord = record;
            run.facts.remember(warned);
        }
    }

    private void add(Event event) {
        Run run = open.get(event.run());
        if (run == null) {
            throw new IllegalStateException(
                    "a form tells of the run " + event.run() + " before its start, or after its end");
        }
        run.facts.accept(event);
        remember(run, event);
        if (event instanceof RunEnded) {
            run.ended = true;
            Run parent = open.get(String.valueOf(run.facts.started().parentRun()));
            if (parent == null) {
                store(String.valueOf(event.run()));
            }
        } else if (!(event instanceof Warned)) {
            weight -= run.events.weight();
            run.events.add(event);
            weight += run.events.weight();
            if (weight > MOST_IN_MEMORY) {
                open.values().forEach(other -> other.events.spill());
                weight = 0;
            }
        }
    }

    /** Stores the runs that the file leaves open, and completes the workflow. */
    void finish() {
        while (!open.isEmpty()) {
            store(open.keySet().iterator().next());
        }
        queue.finish();
        described.forEach(provenance::describe);
        if ((asked || !provenance.described().isEmpty()) && result.problem() == null) {
            provenance.makeAgents(database.get());
            provenance.complete(database.get());
        }
    }

    /** Has a run stored, its parent first, and then its children that wait for it. */
    private void store(String key) {
        Run run = open.get(key);
        if (run == null || run.storing) {
            return;
        }
        run.storing = true;
        String parent = run.facts.started().parentRun();
        if (parent != null) {
            store(parent);
        }
        open.remove(key);
        weight -= run.events.weight();
        put(key, run);
        List<String> waiting = new ArrayList<>();
        open.forEach((other, child) -> {
            if (child.ended && key.equals(child.facts.started().parentRun())) {
                waiting.add(other);
            }
        });
        waiting.forEach(this::store);
    }

    private void put(String key, Run run) {
        run.facts.finish();
        if (options.strict() && !run.facts.odd().isEmpty()) {
            Warned first = run.facts.odd().get(0);
            result.fail(note(first.place(), first.field(), first.text() + " (--strict)"));
            run.events.close();
            return;
        }
        asked = true;
        int occurrence =
                run.facts.externalId() == null ? occurrences.merge(run.facts.digest(), 1, Integer::sum) - 1 : 0;
        // Without times of their own, runs are listed in the file's order.
        Instant base = provenance.importedAt().plus(put++, ChronoUnit.MICROS);
        String parent = run.facts.started().parentRun();
        queue.add(new ReadRun(List.copyOf(described), key, run.facts, run.events, parent, occurrence, base));
        described.clear();
    }

    private void warn(Warned warned) {
        result.warn(note(warned.place(), warned.field(), warned.text()));
    }

    static FileResult.Note note(Place place, @Nullable String field, String text) {
        return new FileResult.Note(place.record(), place.line(), field, text);
    }

    @Override
    public void close() {
        open.values().forEach(run -> run.events.close());
        open.clear();
        queue.close();
    }
}
