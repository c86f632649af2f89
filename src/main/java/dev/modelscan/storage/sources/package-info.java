/** Sources: the files that records came from. */
@NullMarked
package dev.modelscan.storage.sources;

import org.jspecify.annotations.NullMarked;
