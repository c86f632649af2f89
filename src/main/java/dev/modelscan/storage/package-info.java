/**
 * Durable, type-safe storage for multi-agent systems.
 *
 * <p>{@link dev.modelscan.storage.Database} is the entry point. Nothing here accepts or returns {@code null} unless it
 * says so with {@code @Nullable}.
 *
 * <p>Everything public is API, with two exceptions: packages below {@code internal}, and the constructors of records
 * and exceptions that the library makes. Any release may add components to these records, and parameters to these
 * constructors: use the builders.
 */
@NullMarked
package dev.modelscan.storage;

import org.jspecify.annotations.NullMarked;
