/** The list of the engines, the only place outside their packages that names them. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.engines;

import org.jspecify.annotations.NullMarked;
