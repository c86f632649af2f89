package dev.modelscan.storage.internal.codec;

import java.util.function.Function;

/**
 * How values of a type are written as text. Does not depend on jOOQ or JDBC. Generated columns and compiled
 * queries both use it, so they encode alike.
 *
 * @param type the type in Java
 * @param decode converts text to a value
 * @param encode converts a value to text
 * @param <T> the type in Java
 */
public record TextFormat<T>(Class<T> type, Function<String, T> decode, Function<T, String> encode) {}
