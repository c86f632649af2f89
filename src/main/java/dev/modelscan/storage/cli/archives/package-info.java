/** The library's own form of file: all that a database holds, as JSON Lines. */
@NullMarked
package dev.modelscan.storage.cli.archives;

import org.jspecify.annotations.NullMarked;
