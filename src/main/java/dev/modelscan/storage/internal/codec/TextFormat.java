package dev.modelscan.storage.internal.codec;

import java.util.function.Function;

/**
 * How values of a type are written as text. Depends on neither jOOQ nor JDBC: generated columns and compiled queries both build
 * on it, so they encode alike.
 *
 * @param type the type in Java
 * @param decode the value that a text stands for
 * @param encode the text that stands for a value
 * @param <T> the type in Java
 */
public record TextFormat<T>(Class<T> type, Function<String, T> decode, Function<T, String> encode) {}
