/** Workflows: tasks that belong together. */
@NullMarked
package dev.modelscan.storage.workflows;

import org.jspecify.annotations.NullMarked;
