/** The command line: imports recorded transcripts, and shows what a database holds. It uses the public API alone. */
@NullMarked
package dev.modelscan.storage.cli;

import org.jspecify.annotations.NullMarked;
