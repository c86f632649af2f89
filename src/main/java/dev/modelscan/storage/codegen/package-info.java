/** Generates typed tables in the application's own build. */
@NullMarked
package dev.modelscan.storage.codegen;

import org.jspecify.annotations.NullMarked;
