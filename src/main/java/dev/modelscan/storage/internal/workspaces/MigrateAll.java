package dev.modelscan.storage.internal.workspaces;

import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.engine.WorkspaceMigrator;
import dev.modelscan.storage.workspaces.MigrationProgress;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Migrates a list of workspaces in parallel. Runs once. */
public final class MigrateAll {

    public static final int MAX_PARALLELISM = 100;

    private final WorkspaceHost host;
    private final int total;
    private final Queue<String> waiting;
    private final BlockingQueue<WorkspaceMigration> finished = new LinkedBlockingQueue<>();

    public MigrateAll(WorkspaceHost host, List<String> names) {
        this.host = host;
        this.total = names.size();
        this.waiting = new ConcurrentLinkedQueue<>(names);
    }

    public List<WorkspaceMigration> run(int parallelism, Consumer<? super MigrationProgress> progress) {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Math.min(parallelism, total); i++) {
            Thread worker = new Thread(this::work, "modelscan-storage-migrate-" + (i + 1));
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
        List<WorkspaceMigration> done = new ArrayList<>(total);
        try {
            while (done.size() < total) {
                done.add(finished.take());
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

    private void work() {
        try (WorkspaceMigrator migrator = host.migrator()) {
            for (String name = waiting.poll(); name != null; name = waiting.poll()) {
                finished.add(migrate(migrator, name));
            }
        }
    }

    private static WorkspaceMigration migrate(WorkspaceMigrator migrator, String name) {
        try {
            return new WorkspaceMigration(name, migrator.migrate(name), null);
        } catch (StorageException e) {
            return new WorkspaceMigration(name, List.of(), e);
        } catch (RuntimeException | Error e) {
            // A failure of any kind must not stop the other workspaces.
            return new WorkspaceMigration(
                    name,
                    List.of(),
                    new StorageException("workspace " + name + " could not be migrated: " + e, "workspace", name, e));
        }
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
