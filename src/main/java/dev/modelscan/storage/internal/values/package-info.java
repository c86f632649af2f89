/** What values, names and locations may be. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.values;

import org.jspecify.annotations.NullMarked;
