/** Scores: how well a task was done. */
@NullMarked
package dev.modelscan.storage.scores;

import org.jspecify.annotations.NullMarked;
