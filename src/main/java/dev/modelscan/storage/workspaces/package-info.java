/** Many databases of one kind in one place, kept apart. */
@NullMarked
package dev.modelscan.storage.workspaces;

import org.jspecify.annotations.NullMarked;
