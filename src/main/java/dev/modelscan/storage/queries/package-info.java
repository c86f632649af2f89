/** Typed queries of your own that are rendered and prepared once. */
@NullMarked
package dev.modelscan.storage.queries;

import org.jspecify.annotations.NullMarked;
