/** Copies of a SQLite file: how one is written, checked, restored and pruned. */
@NullMarked
package dev.modelscan.storage.internal.sqlite.backup;

import org.jspecify.annotations.NullMarked;
