package dev.modelscan.storage.internal.workspaces;

import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.engine.WorkspaceMigrator;
import dev.modelscan.storage.workspaces.MigrationProgress;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Migrates a list of workspaces in parallel. Runs once. */
public final class MigrateAll {

    public static final int MAX_PARALLELISM = 100;

    /** How long to wait for a result before it is checked that there still is a worker. */
    private static final long LOOK_MILLIS = 200;

    private final WorkspaceHost host;
    private final int total;
    private final Queue<String> waiting;
    private final Set<String> unfinished;
    private final BlockingQueue<WorkspaceMigration> finished = new LinkedBlockingQueue<>();
    private volatile @Nullable Throwable broken;

    public MigrateAll(WorkspaceHost host, List<String> names) {
        this.host = host;
        this.total = names.size();
        this.waiting = new ConcurrentLinkedQueue<>(names);
        this.unfinished = new LinkedHashSet<>(names);
    }

    public List<WorkspaceMigration> run(int parallelism, Consumer<? super MigrationProgress> progress) {
        List<Thread> workers = new ArrayList<>();
        List<WorkspaceMigration> done = new ArrayList<>(total);
        try {
            start(workers, Math.min(parallelism, total));
            while (done.size() < total) {
                done.add(next(workers));
                progress.accept(new MigrationProgress(done.size(), total, done.get(done.size() - 1)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(
                    "migrating was interrupted after " + done.size() + " of " + total
                            + " workspaces; call migrateAll again for the others",
                    e);
        } finally {
            waiting.clear();
            awaitEnd(workers);
        }
        done.sort(Comparator.comparing(WorkspaceMigration::name));
        return List.copyOf(done);
    }

    private void start(List<Thread> workers, int number) {
        for (int i = 0; i < number; i++) {
            Thread worker = new Thread(this::work, "modelscan-storage-migrate-" + (i + 1));
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
    }

    /** Waits for the next result. If no worker is left, the workspaces without one have failed. */
    private WorkspaceMigration next(List<Thread> workers) throws InterruptedException {
        WorkspaceMigration next = null;
        while (next == null) {
            // Read before the queue: a worker's last result is in it when the worker has ended.
            boolean ended = workers.stream().noneMatch(Thread::isAlive);
            next = finished.poll(ended ? 0 : LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (next == null && ended) {
                next = failed(unfinished.iterator().next(), broken);
            }
        }
        unfinished.remove(next.name());
        return next;
    }

    private void work() {
        try (WorkspaceMigrator migrator = host.migrator()) {
            for (String name = waiting.poll(); name != null; name = waiting.poll()) {
                finished.add(migrate(migrator, name));
            }
        } catch (Throwable t) {
            // The other workers go on. If none is left, this is why.
            broken = t;
        }
    }

    private static WorkspaceMigration migrate(WorkspaceMigrator migrator, String name) {
        try {
            return new WorkspaceMigration(name, migrator.migrate(name), null);
        } catch (StorageException e) {
            return new WorkspaceMigration(name, List.of(), e);
        } catch (RuntimeException | Error e) {
            // A failure of any kind must not stop the other workspaces.
            return failed(name, e);
        }
    }

    private static WorkspaceMigration failed(String name, @Nullable Throwable cause) {
        return new WorkspaceMigration(
                name,
                List.of(),
                new StorageException(
                        "workspace " + name + " could not be migrated: " + cause, "workspace", name, cause));
    }

    /** Waits for running migrations to end, even if this thread is interrupted. */
    private static void awaitEnd(List<Thread> workers) {
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
