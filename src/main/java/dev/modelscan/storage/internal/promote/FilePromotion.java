package dev.modelscan.storage.internal.promote;

import dev.modelscan.storage.Promotion;
import dev.modelscan.storage.PromotionEstimate;
import dev.modelscan.storage.PromotionProgress;
import dev.modelscan.storage.PromotionResult;
import dev.modelscan.storage.internal.engine.PostgresServer;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Copies a SQLite file into a schema of a PostgreSQL server. */
public final class FilePromotion implements Promotion {

    private final Path source;
    private final PostgresServer server;
    private final @Nullable String workspace;
    private final Set<String> leaveBehind = new LinkedHashSet<>();
    private boolean restart;
    private Consumer<PromotionProgress> listener = progress -> {};

    /**
     * Nothing is opened before {@link #dryRun} or {@link #run}.
     *
     * @param workspace the target's schema; null for the one that the server chooses
     */
    public FilePromotion(Path source, PostgresServer server, @Nullable String workspace) {
        this.source = source;
        this.server = server;
        this.workspace = workspace;
    }

    @Override
    public Promotion restart() {
        restart = true;
        return this;
    }

    @Override
    public Promotion leaveBehind(String... names) {
        Objects.requireNonNull(names, "names");
        leaveBehind.addAll(List.of(names));
        return this;
    }

    @Override
    public Promotion onProgress(Consumer<PromotionProgress> listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    @Override
    public PromotionEstimate dryRun() {
        return promoter().dryRun();
    }

    @Override
    public PromotionResult run() {
        return promoter().run();
    }

    private Promoter promoter() {
        return new Promoter(
                new PromotionRequest(source, server, workspace, restart, Set.copyOf(leaveBehind), listener));
    }
}
