package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.postgres.PostgresEngine;
import dev.modelscan.storage.internal.postgres.PostgresServer;
import dev.modelscan.storage.internal.sqlite.SqliteEngine;
import dev.modelscan.storage.transfer.Transfer;
import dev.modelscan.storage.transfer.TransferEstimate;
import dev.modelscan.storage.transfer.TransferProgress;
import dev.modelscan.storage.transfer.TransferResult;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Copies a SQLite file into a schema of a PostgreSQL server. */
public final class FileTransfer implements Transfer {

    private final Path source;
    private final DatabaseLocation target;
    private final DatabaseOptions options;
    private final Set<String> leaveBehind = new LinkedHashSet<>();
    private boolean restart;
    private Consumer<? super TransferProgress> progress = step -> {};

    /**
     * Opens nothing before {@link #dryRun} or {@link #run}.
     *
     * @param target the server, and its schema as the workspace; without one the schema that the server
     *     chooses
     */
    public FileTransfer(Path source, DatabaseLocation target, DatabaseOptions options) {
        this.source = source;
        this.target = target;
        this.options = options;
    }

    @Override
    public Transfer restart() {
        restart = true;
        return this;
    }

    @Override
    public Transfer leaveBehind(String... names) {
        Objects.requireNonNull(names, "names");
        leaveBehind.addAll(List.of(names));
        return this;
    }

    @Override
    public Transfer onProgress(Consumer<? super TransferProgress> progress) {
        this.progress = Objects.requireNonNull(progress, "progress");
        return this;
    }

    @Override
    public TransferEstimate dryRun() {
        return checked(() -> transferRun().dryRun());
    }

    @Override
    public TransferResult run() {
        return checked(() -> transferRun().run());
    }

    private static <T> T checked(Supplier<T> work) {
        PostgresEngine.requireLibraries();
        return SqliteEngine.checked(() -> PostgresEngine.checked(work));
    }

    private TransferRun transferRun() {
        PostgresServer server = new PostgresServer(target, options);
        return new TransferRun(
                new TransferRequest(source, server, target.workspace(), restart, Set.copyOf(leaveBehind), progress));
    }
}
