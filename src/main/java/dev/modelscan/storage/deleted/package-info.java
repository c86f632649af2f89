/** Deleted records that are kept, so that they can be put back. */
@NullMarked
package dev.modelscan.storage.deleted;

import org.jspecify.annotations.NullMarked;
