package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.postgres.PostgresServer;
import dev.modelscan.storage.transfer.TransferProgress;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for.
 *
 * @param source the file
 * @param server where the target is
 * @param workspace the target's schema; null for the one that the server chooses
 * @param restart whether to take back what an unfinished transfer copied
 * @param leaveBehind what may stay in the source alone, by name
 * @param listener who is told of progress
 */
public record TransferRequest(
        Path source,
        PostgresServer server,
        @Nullable String workspace,
        boolean restart,
        Set<String> leaveBehind,
        Consumer<TransferProgress> listener) {}
