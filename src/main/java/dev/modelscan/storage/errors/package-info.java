/** The exceptions of the library. */
@NullMarked
package dev.modelscan.storage.errors;

import org.jspecify.annotations.NullMarked;
