/** SQLite: opening a file, its store, readers and migrations. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.sqlite;

import org.jspecify.annotations.NullMarked;
