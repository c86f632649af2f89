/** The audit log: its chain of hashes, and how it is verified. Not part of the public API. */
@NullMarked
package dev.modelscan.storage.internal.audit;

import org.jspecify.annotations.NullMarked;
