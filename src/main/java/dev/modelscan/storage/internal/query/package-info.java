/**
 * A jOOQ expression, rendered once and executed over one connection's cached statement. Not part of the
 * public API.
 */
@NullMarked
package dev.modelscan.storage.internal.query;

import org.jspecify.annotations.NullMarked;
