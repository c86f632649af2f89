/** Work on many workspaces. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.workspaces;

import org.jspecify.annotations.NullMarked;
