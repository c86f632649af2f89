package dev.modelscan.storage.internal.query;

import org.jspecify.annotations.Nullable;

/**
 * A parameter with its value.
 *
 * @param <T> the type of the value
 */
record Bound<T>(Parameter<T> parameter, @Nullable T value) {}
