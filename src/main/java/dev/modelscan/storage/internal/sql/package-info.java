/** The repositories. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.sql;

import org.jspecify.annotations.NullMarked;
