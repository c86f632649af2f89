/** The repositories of an open database and of a transaction, above all kinds of records. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.database;

import org.jspecify.annotations.NullMarked;
