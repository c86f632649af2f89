/** Migrates a database's schema when it is opened. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.migrate;

import org.jspecify.annotations.NullMarked;
