/**
 * Stores what files hold: takes the events of {@link dev.modelscan.storage.cli.formats}, and knows nothing of forms. Uses
 * the public API alone.
 */
@NullMarked
package dev.modelscan.storage.cli.imports;

import org.jspecify.annotations.NullMarked;
