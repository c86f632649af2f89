/** How each engine's databases are opened. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.open;

import org.jspecify.annotations.NullMarked;
