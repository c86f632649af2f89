/** The rules for values, names and locations. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.values;

import org.jspecify.annotations.NullMarked;
