/** The list of the engines, the only place outside the wings that names them. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.engines;

import org.jspecify.annotations.NullMarked;
