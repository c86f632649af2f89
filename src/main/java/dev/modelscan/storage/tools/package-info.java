/** Executions of tools. */
@NullMarked
package dev.modelscan.storage.tools;

import org.jspecify.annotations.NullMarked;
