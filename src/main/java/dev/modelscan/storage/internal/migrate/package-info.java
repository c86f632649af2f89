/** Brings a database's schema up to date when it is opened. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.migrate;

import org.jspecify.annotations.NullMarked;
