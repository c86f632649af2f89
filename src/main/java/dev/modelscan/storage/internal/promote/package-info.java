/** Copies a SQLite database into a schema on a PostgreSQL server. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.promote;

import org.jspecify.annotations.NullMarked;
