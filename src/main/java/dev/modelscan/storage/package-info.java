/**
 * Durable, type-safe storage for multi-agent systems.
 *
 * <p>{@link dev.modelscan.storage.Database} is the entry point. Nothing here accepts or returns {@code null} unless it
 * says so with {@code @Nullable}.
 *
 * <p>Public means promised, with two exceptions: packages below {@code internal}, and the constructors of
 * records that the library makes and of exceptions. Records get components, and exceptions get parameters, in
 * any release: use the builders.
 */
@NullMarked
package dev.modelscan.storage;

import org.jspecify.annotations.NullMarked;
