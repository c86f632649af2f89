package dev.modelscan.storage.internal.promote;

import dev.modelscan.storage.PromotionProgress;
import dev.modelscan.storage.internal.engine.PostgresServer;
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
 * @param restart whether to take back what an unfinished promotion copied
 * @param leaveBehind what may stay in the source alone, by name
 * @param listener who is told of progress
 */
public record PromotionRequest(
        Path source,
        PostgresServer server,
        @Nullable String workspace,
        boolean restart,
        Set<String> leaveBehind,
        Consumer<PromotionProgress> listener) {}
