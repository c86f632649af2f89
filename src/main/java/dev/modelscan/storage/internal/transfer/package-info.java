/** Copying a SQLite file into a PostgreSQL schema, and comparing both. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.transfer;

import org.jspecify.annotations.NullMarked;
