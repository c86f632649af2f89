/** Writing to a SQLite file: group commit and checkpoints. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.sqlite.write;

import org.jspecify.annotations.NullMarked;
