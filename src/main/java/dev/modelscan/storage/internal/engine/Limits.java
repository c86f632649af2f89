package dev.modelscan.storage.internal.engine;

/**
 * How large a value may be.
 *
 * @param maxJsonDepth the deepest nesting of JSON
 * @param maxValueBytes the longest text or JSON, in bytes of UTF-8
 */
public record Limits(int maxJsonDepth, int maxValueBytes) {}
