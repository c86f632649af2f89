package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.RejectedException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stores the runs of one file, several in one transaction. If that fails, each is stored in a transaction of its own, so that
 * what can be stored is stored, and one run takes no other with it. Used by one thread.
 */
final class Storing {

    /** How many stored runs are known as parents; others are looked up in the database. */
    private static final int MOST_PARENTS = 10_000;

    private final Supplier<Database> database;
    private final Provenance provenance;
    private final FileResult result;
    private final Map<String, TaskId> parents = new LinkedHashMap<>();
    private final Set<String> uncommitted = new HashSet<>();

    /** The ids of the runs without messages that the file has told up to now. */
    private final Set<String> empty = new HashSet<>();

    /** Those of them that no transaction told before: an id may be told again. */
    private final Set<String> added = new HashSet<>();

    private boolean warned;

    Storing(Supplier<Database> database, Provenance provenance, FileResult result) {
        this.database = database;
        this.provenance = provenance;
        this.result = result;
    }

    /** What became of a run: an outcome, or the reason why it was refused. */
    private record Told(
            ReadRun run,
            RunStore.@Nullable Outcome outcome,
            @Nullable StorageException refused) {}

    /**
     * Stores runs, in their order, and tells the result.
     *
     * @throws StorageException if the database fails; the result then tells what was stored before
     */
    void store(List<ReadRun> runs) {
        Database db = database.get();
        if (runs.size() > 1 && storeTogether(db, runs)) {
            return;
        }
        for (ReadRun run : runs) {
            tell(storeAlone(db, run));
        }
    }

    /**
     * Whether all are stored. There is no savepoint for each: SQLite then keeps the pages that each run changes, which cost a
     * fifth of the CPU.
     */
    private boolean storeTogether(Database db, List<ReadRun> runs) {
        try {
            List<Told> all = db.withTx(Isolation.READ_COMMITTED, tx -> {
                undo();
                List<Told> told = new ArrayList<>();
                for (ReadRun run : runs) {
                    RunStore.Outcome outcome = store(tx, db, run, false);
                    made(run, outcome);
                    told.add(new Told(run, outcome, null));
                }
                return told;
            });
            committed();
            all.forEach(this::tell);
            return true;
        } catch (OutcomeUnknownException e) {
            throw e;
        } catch (StorageException e) {
            undo();
            return false;
        }
    }

    private void committed() {
        provenance.committed();
        uncommitted.clear();
        added.clear();
    }

    private void undo() {
        provenance.undo();
        parents.keySet().removeAll(uncommitted);
        uncommitted.clear();
        empty.removeAll(added);
        added.clear();
    }

    /**
     * Every row has a known key, so imports may run in parallel, and READ COMMITTED is enough. If another import has created
     * the same agent, workflow or task meanwhile, the key conflicts, and the next attempt finds the row. So as many attempts
     * as keys are enough.
     */
    private Told storeAlone(Database db, ReadRun run) {
        int most = run.facts().authors().size() + 4;
        for (int left = most; ; left--) {
            boolean isRetry = left < most;
            try {
                RunStore.Outcome outcome = db.withTx(Isolation.READ_COMMITTED, tx -> store(tx, db, run, isRetry));
                made(run, outcome);
                committed();
                return new Told(run, outcome, null);
            } catch (InvalidDataException | RejectedException e) {
                return new Told(run, null, e);
            } catch (ConflictException | ReferenceException e) {
                // What this import stored before may have been deleted meanwhile.
                provenance.forgetDeleted(db);
                parents.clear();
                if (left == 0) {
                    // It is one run that does not fit: the others are stored.
                    return new Told(run, null, e);
                }
            }
        }
    }

    private RunStore.Outcome store(Tx tx, Database db, ReadRun run, boolean isRetry) {
        run.described().forEach(provenance::describe);
        TaskId parent = run.parent() == null ? null : parent(tx, run.parent());
        String id = run.facts().externalId();
        boolean isSecond = id != null && empty.contains(id);
        return new RunStore(db.options().maxJsonDepth(), provenance, run, parent, isRetry, isSecond).store(tx);
    }

    private void made(ReadRun run, RunStore.Outcome outcome) {
        if (outcome.workflow() != null) {
            provenance.made(outcome.workflow(), outcome.agents());
        }
        remember(run.key(), outcome.task());
        String id = run.facts().externalId();
        if (id != null) {
            remember(id, outcome.task());
            if (run.facts().messages() == 0 && empty.add(id)) {
                added.add(id);
            }
        }
    }

    private @Nullable TaskId parent(Tx tx, String run) {
        TaskId known = parents.get(run);
        return known != null
                ? known
                : tx.tasks()
                        .findByExternalId(provenance.form(), Names.of(run))
                        .map(Task::id)
                        .orElse(null);
    }

    private void remember(String name, TaskId task) {
        if (parents.size() >= MOST_PARENTS) {
            parents.remove(parents.keySet().iterator().next());
        }
        parents.put(name, task);
        uncommitted.add(name);
    }

    private void tell(Told told) {
        Place place = told.run().facts().started().place();
        if (told.refused() != null) {
            result.fail(
                    Collector.note(place, null, String.valueOf(told.refused().getMessage())));
        } else if (told.outcome() != null) {
            result.add(told.outcome().fate(), told.outcome().stored());
            if (told.outcome().warning() != null) {
                result.warn(Collector.note(place, "id", told.outcome().warning()));
            }
            String other = provenance.otherForm();
            if (other != null && !warned) {
                warned = true;
                String text = "the file is stored already as " + other + "; its runs are stored again as "
                        + provenance.form();
                result.warn(Collector.note(place, "format", text));
            }
        }
    }
}
