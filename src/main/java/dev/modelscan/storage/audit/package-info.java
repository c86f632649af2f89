/** The audit log: what changed, when, and by whom, in a chain of hashes. */
@NullMarked
package dev.modelscan.storage.audit;

import org.jspecify.annotations.NullMarked;
