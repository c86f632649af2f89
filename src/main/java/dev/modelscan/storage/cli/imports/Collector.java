package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Warned;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the events of each run, and stores a run when it has ended and its parent is stored. */
final class Collector implements Events, AutoCloseable {

    /** Events of more bytes, in all open runs together, go to files. */
    private static final long MOST_IN_MEMORY = 48L << 20;

    /** How many stored runs are known as parents; others are looked up in the database. */
    private static final int MOST_PARENTS = 10_000;

    private final Supplier<Database> database;
    private final Provenance provenance;
    private final ImportOptions options;
    private final FileResult result;
    private final @Nullable Redaction redaction;
    private final Map<String, Run> open = new LinkedHashMap<>();
    private final Map<String, TaskId> parents = new LinkedHashMap<>();
    private final Map<Long, Integer> occurrences = new HashMap<>();
    private @Nullable Warned loose;
    private long weight;
    private long stored;
    private boolean asked;

    /** A run that is being read. */
    private static final class Run {
        private final Facts facts;
        private final RunBuffer events = new RunBuffer();
        private boolean ended;
        private boolean storing;

        Run(Facts facts) {
            this.facts = facts;
        }
    }

    Collector(Supplier<Database> database, Provenance provenance, ImportOptions options, FileResult result) {
        this.database = database;
        this.provenance = provenance;
        this.options = options;
        this.result = result;
        this.redaction = options.redactor() == null ? null : new Redaction(options.redactor());
    }

    @Override
    public void accept(Event read) {
        Event event = redaction == null ? read : redaction.of(read);
        if (event instanceof Event.Refused refused) {
            result.fail(note(refused.place(), null, refused.text()));
        } else if (event instanceof Event.Described described) {
            provenance.describe(described.metadata());
        } else if (event instanceof Event.AgentDescribed agent) {
            provenance.describe(agent);
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
        if (loose != null && loose.place().record() == started.place().record()) {
            facts.remember(loose);
        }
        open.put(started.run(), new Run(facts));
    }

    private void add(Event event) {
        Run run = open.get(event.run());
        if (run == null) {
            throw new IllegalStateException(
                    "a form tells of the run " + event.run() + " before its start, or after its end");
        }
        run.facts.accept(event);
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
        if ((asked || !provenance.described().isEmpty()) && result.problem() == null) {
            provenance.makeAgents(database.get());
            provenance.complete(database.get());
        }
    }

    /** Stores a run, its parent first, and then its children that wait for it. */
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
        try (RunBuffer events = run.events) {
            store(key, run, events, parent);
        } finally {
            open.remove(key);
            weight -= run.events.weight();
        }
        List<String> waiting = new ArrayList<>();
        open.forEach((other, child) -> {
            if (child.ended && key.equals(child.facts.started().parentRun())) {
                waiting.add(other);
            }
        });
        waiting.forEach(this::store);
    }

    private void store(String key, Run run, RunBuffer events, @Nullable String parentRun) {
        Place place = run.facts.started().place();
        if (options.strict() && !run.facts.odd().isEmpty()) {
            Warned first = run.facts.odd().get(0);
            result.fail(note(first.place(), first.field(), first.text() + " (--strict)"));
            return;
        }
        Database db = database.get();
        asked = true;
        int occurrence =
                run.facts.externalId() == null ? occurrences.merge(run.facts.digest(), 1, Integer::sum) - 1 : 0;
        // Without times of their own, runs are listed in the file's order.
        Instant base = provenance.importedAt().plus(stored++, ChronoUnit.MICROS);
        try {
            TaskId parent = parentRun == null ? null : parent(db, parentRun);
            RunStore.Outcome outcome =
                    new RunStore(db, provenance, run.facts, events, parent, occurrence, base).store();
            result.add(outcome.fate(), outcome.stored());
            remember(key, outcome.task());
            if (run.facts.externalId() != null) {
                remember(run.facts.externalId(), outcome.task());
            }
            if (outcome.warning() != null) {
                result.warn(note(place, "id", outcome.warning()));
            }
        } catch (InvalidDataException e) {
            result.fail(note(place, null, String.valueOf(e.getMessage())));
        }
    }

    private @Nullable TaskId parent(Database db, String parentRun) {
        TaskId known = parents.get(parentRun);
        return known != null
                ? known
                : db.tasks()
                        .findByExternalId(provenance.form(), Names.of(parentRun))
                        .map(Task::id)
                        .orElse(null);
    }

    private void remember(String name, TaskId task) {
        if (parents.size() >= MOST_PARENTS) {
            parents.remove(parents.keySet().iterator().next());
        }
        parents.put(name, task);
    }

    private void warn(Warned warned) {
        result.warn(note(warned.place(), warned.field(), warned.text()));
    }

    private static FileResult.Note note(Place place, @Nullable String field, String text) {
        return new FileResult.Note(place.record(), place.line(), field, text);
    }

    @Override
    public void close() {
        open.values().forEach(run -> run.events.close());
        open.clear();
    }
}
