package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.postgres.PostgresServer;
import dev.modelscan.storage.transfer.TransferProgress;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a transfer.
 *
 * @param source the file
 * @param server the target's server
 * @param workspace the target's schema; null for the one that the server chooses
 * @param restart whether to remove what an unfinished transfer copied, and start again
 * @param leaveBehind the names of objects that may stay behind in the source
 * @param listener receives the progress
 */
public record TransferRequest(
        Path source,
        PostgresServer server,
        @Nullable String workspace,
        boolean restart,
        Set<String> leaveBehind,
        Consumer<? super TransferProgress> listener) {}
