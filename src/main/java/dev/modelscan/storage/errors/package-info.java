/**
 * What the library throws. Constructors are no API: they are for the library, and for tests of code that
 * handles these exceptions. Their parameters may change in any release.
 */
@NullMarked
package dev.modelscan.storage.errors;

import org.jspecify.annotations.NullMarked;
