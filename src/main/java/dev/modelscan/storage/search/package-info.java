/** Full-text search. */
@NullMarked
package dev.modelscan.storage.search;

import org.jspecify.annotations.NullMarked;
