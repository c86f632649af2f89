/** Rules for text that records and repositories share. Depends on nothing. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.text;

import org.jspecify.annotations.NullMarked;
