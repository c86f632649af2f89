/**
 * Ready-made queries, and conditions for the application's own queries. They use only {@link
 * dev.modelscan.storage.Repositories#dsl()} and the generated tables.
 */
@NullMarked
package dev.modelscan.storage.analytics;

import org.jspecify.annotations.NullMarked;
