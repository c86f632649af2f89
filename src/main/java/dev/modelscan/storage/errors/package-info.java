/**
 * The exceptions of the library. Their constructors are no API: the library calls them, and tests of code that
 * handles these exceptions may. Their parameters may change in any release.
 */
@NullMarked
package dev.modelscan.storage.errors;

import org.jspecify.annotations.NullMarked;
