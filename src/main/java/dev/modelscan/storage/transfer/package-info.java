/** Copying a database from one engine to another. */
@NullMarked
package dev.modelscan.storage.transfer;

import org.jspecify.annotations.NullMarked;
