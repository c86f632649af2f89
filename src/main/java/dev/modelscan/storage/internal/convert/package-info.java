/** How values are encoded in columns, for the generated tables. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.convert;

import org.jspecify.annotations.NullMarked;
