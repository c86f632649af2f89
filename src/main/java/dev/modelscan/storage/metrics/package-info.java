/** What the database does, as it does it: for metrics, traces, and a log of slow operations. */
@NullMarked
package dev.modelscan.storage.metrics;

import org.jspecify.annotations.NullMarked;
