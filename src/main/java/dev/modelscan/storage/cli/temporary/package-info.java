/** The temporary files of a command. */
@NullMarked
package dev.modelscan.storage.cli.temporary;

import org.jspecify.annotations.NullMarked;
