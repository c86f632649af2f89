/** Tasks: what an agent is to do. */
@NullMarked
package dev.modelscan.storage.tasks;

import org.jspecify.annotations.NullMarked;
