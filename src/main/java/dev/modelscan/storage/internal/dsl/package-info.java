/**
 * A caller's own SQL: {@code dsl()}, stored queries and tables, and what makes their answers alike on all engines. Not part of the
 * public API.
 */
@NullMarked
package dev.modelscan.storage.internal.dsl;

import org.jspecify.annotations.NullMarked;
