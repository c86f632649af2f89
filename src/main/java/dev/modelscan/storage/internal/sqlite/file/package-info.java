/** A SQLite file: connections to it, its errors, and what lies beside it. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.sqlite.file;

import org.jspecify.annotations.NullMarked;
