package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.engine.Libraries;
import dev.modelscan.storage.internal.postgres.PostgresServer;
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
import org.jspecify.annotations.Nullable;

/** Copies a SQLite file into a schema of a PostgreSQL server. */
public final class FileTransfer implements Transfer {

    private final Path source;
    private final PostgresServer server;
    private final @Nullable String workspace;
    private final Set<String> leaveBehind = new LinkedHashSet<>();
    private boolean restart;
    private Consumer<TransferProgress> listener = progress -> {};

    /**
     * Opens nothing before {@link #dryRun} or {@link #run}.
     *
     * @param workspace the target's schema; null for the one that the server chooses
     */
    public FileTransfer(Path source, PostgresServer server, @Nullable String workspace) {
        this.source = source;
        this.server = server;
        this.workspace = workspace;
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
    public Transfer onProgress(Consumer<TransferProgress> listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    @Override
    public TransferEstimate dryRun() {
        return Libraries.checked(() -> transferRun().dryRun());
    }

    @Override
    public TransferResult run() {
        return Libraries.checked(() -> transferRun().run());
    }

    private TransferRun transferRun() {
        return new TransferRun(
                new TransferRequest(source, server, workspace, restart, Set.copyOf(leaveBehind), listener));
    }
}
