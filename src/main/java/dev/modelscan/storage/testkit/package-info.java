/**
 * Helpers for tests of applications that use the library: what statements are sent, how they are planned, whether both
 * engines' migrations make the same tables, and whether databases of older releases can be upgraded. They throw
 * {@link java.lang.AssertionError}, so any test framework will do. In a jar of its own, with the classifier {@code
 * testkit}.
 */
@NullMarked
package dev.modelscan.storage.testkit;

import org.jspecify.annotations.NullMarked;
