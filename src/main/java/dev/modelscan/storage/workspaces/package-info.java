/** Many separate databases in one place. */
@NullMarked
package dev.modelscan.storage.workspaces;

import org.jspecify.annotations.NullMarked;
