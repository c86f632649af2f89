/** What listeners are told of operations, and the log of slow ones. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.observation;

import org.jspecify.annotations.NullMarked;
