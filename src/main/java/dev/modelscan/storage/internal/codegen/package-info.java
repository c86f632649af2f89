/** Steps of the library's own build: generates code that follows from the tables and the records. Not part of the jar. */
@NullMarked
package dev.modelscan.storage.internal.codegen;

import org.jspecify.annotations.NullMarked;
