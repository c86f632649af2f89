/** Finds all that belongs to what is erased, and erases it in rows, archive and audit log. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.erasure;

import org.jspecify.annotations.NullMarked;
