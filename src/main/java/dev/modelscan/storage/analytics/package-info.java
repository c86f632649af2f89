/**
 * Ready-made questions about what a database holds, and conditions for queries of the caller's own. Everything here is
 * written with {@link dev.modelscan.storage.Repositories#dsl()} and the generated tables alone.
 */
@NullMarked
package dev.modelscan.storage.analytics;

import org.jspecify.annotations.NullMarked;
