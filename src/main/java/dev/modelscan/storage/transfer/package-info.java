/** Copies a database from SQLite to PostgreSQL. */
@NullMarked
package dev.modelscan.storage.transfer;

import org.jspecify.annotations.NullMarked;
