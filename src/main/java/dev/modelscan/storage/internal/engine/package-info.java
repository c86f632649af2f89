/** What an engine implements, and what engines share. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.engine;

import org.jspecify.annotations.NullMarked;
