/** Full-text search: the language, the index, hits and snippets. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.search;

import org.jspecify.annotations.NullMarked;
