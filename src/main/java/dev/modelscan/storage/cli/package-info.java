/**
 * The command line: imports recorded transcripts, and shows what a database holds. It uses only the public
 * API.
 */
@NullMarked
package dev.modelscan.storage.cli;

import org.jspecify.annotations.NullMarked;
