/**
 * Backups of a SQLite database: what one holds, and which are kept. {@link dev.modelscan.storage.Backups} makes and
 * restores them.
 */
@NullMarked
package dev.modelscan.storage.backups;

import org.jspecify.annotations.NullMarked;
