/** What a database need not keep, deleted in small batches. Uses the public API alone. */
@NullMarked
package dev.modelscan.storage.retention;

import org.jspecify.annotations.NullMarked;
