/**
 * Durable, type-safe storage for multi-agent systems.
 *
 * <p>{@link dev.modelscan.storage.Database} is the entry point. Nothing here accepts or returns {@code null} unless it says
 * so with {@code @Nullable}.
 */
@NullMarked
package dev.modelscan.storage;

import org.jspecify.annotations.NullMarked;
