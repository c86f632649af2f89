/** How values are encoded in columns. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.codec;

import org.jspecify.annotations.NullMarked;
